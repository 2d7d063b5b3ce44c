// The boot code of a board that `mote upload` looks after: it starts one of two programs in Storage, and goes back to the former
// one when a new one does not say that it works. Installed once and never rewritten, so it must start something whatever
// a power cut has left of an upload. It only ever clears bytes of the choice file. docs/upload.md has the layout.

const storage = require('Storage');

const CHOICE = 'mote.choice';
const PLACE_BYTES = 16;
const BLANK = '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff';
/** Bytes of a place. What is not 0xFF in a mark is set: half a mark is one. */
const SUM = 4;
const TRIES = 8;
const HEALTHY = 11;
const REJECTED = 12;
const TRY_COUNT = 3;
/** A program that says nothing by itself has to run so long without an uncaught error. */
const QUIET_MS = 30000;
/** A program that never ends is ended. What blocks in the engine, as a connection that nobody answers, takes a third of it. */
const WATCHDOG_SEC = 60;

const programs = ['mote.a', 'mote.b'];
const choice = storage.read(CHOICE) || '';
/** CRC-32 of each program as four bytes, once it is known; one byte where there is no program. */
const sums = ['', ''];

function byteAt(place: number, offset: number): number {
  return choice.charCodeAt(place * PLACE_BYTES + offset);
}

function isSet(place: number, offset: number): boolean {
  return byteAt(place, offset) !== 255;
}

function mark(place: number, offset: number): void {
  try {
    storage.write(CHOICE, '\0', place * PLACE_BYTES + offset);
  } catch {
    // Half set: that is set.
  }
}

/** @returns CRC-32 as four bytes. */
function sumText(text: string): string {
  const sum = E.CRC32(text);
  return String.fromCharCode(sum & 255, (sum >> 8) & 255, (sum >> 16) & 255, (sum >> 24) & 255);
}

function sumOf(slot: number): string {
  if (sums[slot] === '') {
    const text = storage.read(programs[slot]);
    sums[slot] = text === undefined ? '-' : sumText(text);
  }
  return sums[slot];
}

/** @returns the slot that an entry chose, if it is whole and so is the program; else -1. */
function slotAt(place: number): number {
  const isWhole =
    (byteAt(place, 0) ^ byteAt(place, 1)) === 255 && (byteAt(place, 2) ^ byteAt(place, 3)) === 255;
  if (!isWhole) return -1;
  const slot = byteAt(place, 0) & 1;
  const start = place * PLACE_BYTES + SUM;
  return choice.substring(start, start + 4) === sumOf(slot) ? slot : -1;
}

function triesAt(place: number): number {
  let tries = 0;
  while (tries < TRY_COUNT && isSet(place, TRIES + tries)) tries++;
  return tries;
}

/** @returns the newest entry before `end` whose program may run, -1 without one. `level` 2: that is good or has tries left, 1: not rejected, 0: any. */
function findPlace(end: number, level: number, exceptSlot: number): number {
  for (let place = end - 1; place >= 0; place--) {
    const isGood =
      level === 0 ||
      (!isSet(place, REJECTED) && (level === 1 || isSet(place, HEALTHY) || triesAt(place) < TRY_COUNT));
    if (!isGood) continue;
    const slot = slotAt(place);
    if (slot >= 0 && slot !== exceptSlot) return place;
  }
  return -1;
}

/** @returns the slot of the only program, where no entry says which. */
function onlySlot(): number {
  const hasFirst = storage.read(programs[0]) !== undefined;
  if (hasFirst === (storage.read(programs[1]) !== undefined)) return -1;
  return hasFirst ? 0 : 1;
}

function restart(): void {
  if (process.env.BOARD === 'LINUX') load();
  else E.reboot();
}

/** Boot code runs before anything can be typed. */
function lock(): void {
  const text = storage.read('mote.lock');
  if (text === undefined) return;
  const password = text.substring(4);
  // A torn one would lock out everybody.
  if (sumText(password) !== text.substring(0, 4)) return;
  E.setPassword(password);
  E.lockConsole();
}

function start(): void {
  let count = 0;
  while (count * PLACE_BYTES < choice.length && choice.substr(count * PLACE_BYTES, PLACE_BYTES) !== BLANK)
    count++;
  let place = findPlace(count, 2, -1);
  const isTried = place < 0;
  if (place < 0) place = findPlace(count, 1, -1);
  if (place < 0) place = findPlace(count, 0, -1);
  const slot = place < 0 ? onlySlot() : slotAt(place);
  const isOpen = place >= 0 && !isSet(place, HEALTHY) && !isSet(place, REJECTED);
  const isTrial = isOpen && !isTried && findPlace(place, 1, slot) >= 0;
  const limitMin = isOpen ? byteAt(place, 2) : 0;
  const saysItself = isOpen && (byteAt(place, 0) & 2) !== 0;

  function reject(why: string): void {
    if (!global.moteBoot.isTrial) return;
    global.moteBoot.isTrial = false;
    global.moteHealthy = undefined;
    mark(place, REJECTED);
    print('mote: rejected, back to the former program: ' + why);
    setTimeout(restart, 100);
  }
  function accept(): void {
    mark(place, HEALTHY);
    global.moteBoot.isTrial = false;
    global.moteHealthy = undefined;
    print('mote: healthy');
  }
  function onError(error: unknown): void {
    print('Uncaught ' + error);
    reject('' + error);
  }

  global.moteBoot = {
    text: slot < 0 ? '' : storage.read(programs[slot]),
    slot: slot,
    place: place,
    isTrial: isTrial,
    failed: onError,
  };
  if (slot < 0) {
    print('mote: no whole program');
    return;
  }
  let state = '';
  if (isOpen) {
    global.moteHealthy = accept;
    if (!saysItself) {
      if (isTrial) process.on('uncaughtException', onError);
      setTimeout(function () {
        if (isTrial) process.removeListener('uncaughtException', onError);
        if (global.moteHealthy !== undefined) global.moteHealthy();
      }, QUIET_MS);
    }
  }
  if (isTrial) {
    // A wake from deep sleep is no failed try: the program ended on purpose.
    const isWake = typeof ESP32 !== 'undefined' && ESP32.getWakeupCause() > 0;
    const tries = triesAt(place);
    if (!isWake) mark(place, TRIES + tries);
    E.enableWatchdog(WATCHDOG_SEC, true);
    setTimeout(function () {
      reject('not healthy after ' + limitMin + ' min');
    }, limitMin * 60000);
    state = ', try ' + (tries + 1) + ' of ' + TRY_COUNT;
  }
  print('mote: ' + programs[slot] + state);
}

lock();
start();
