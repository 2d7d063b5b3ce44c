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
/** Of the three places behind an entry: the wakes of its trial, a byte each. */
const WAKES = 48;
/** In the flags of an entry, beside the slot: the program reports itself. */
const REPORTS = 2;
/** Of an entry: rejected; its tries or wakes are used up; healthy or with some left. */
const ANY = 0;
const KEPT = 1;
const GOOD = 2;
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

function wakesAt(place: number): number {
  let wakes = 0;
  // Behind the last place there is nothing, which is not less than anything.
  while (wakes < WAKES && byteAt(place, PLACE_BYTES + wakes) < 255) wakes++;
  return wakes;
}

function levelAt(place: number): number {
  if (isSet(place, REJECTED)) return ANY;
  if (isSet(place, HEALTHY)) return GOOD;
  return triesAt(place) < TRY_COUNT && wakesAt(place) < WAKES ? GOOD : KEPT;
}

/** @returns the newest entry before `end` that is of this level, and whose program is whole and not in `exceptSlot`; -1 without one. */
function findPlace(end: number, level: number, exceptSlot: number): number {
  for (let place = end - 1; place >= 0; place--) {
    if (levelAt(place) < level) continue;
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

/** @returns the place of the entry that counts, -1 without one. */
function choosePlace(count: number): number {
  let place = findPlace(count, GOOD, -1);
  if (place < 0) place = findPlace(count, KEPT, -1);
  return place < 0 ? findPlace(count, ANY, -1) : place;
}

function countPlaces(): number {
  let count = 0;
  while (count * PLACE_BYTES < choice.length && choice.substr(count * PLACE_BYTES, PLACE_BYTES) !== BLANK) {
    count++;
  }
  return count;
}

/** End a trial for the former program. */
function reject(why: string): void {
  if (!global.moteBoot.isTrial) return;
  global.moteBoot.isTrial = false;
  global.moteHealthy = undefined;
  mark(global.moteBoot.place, REJECTED);
  print('mote: rejected, back to the former program: ' + why);
  setTimeout(restart, 100);
}

function accept(): void {
  mark(global.moteBoot.place, HEALTHY);
  global.moteBoot.isTrial = false;
  global.moteHealthy = undefined;
  print('mote: healthy');
}

function onError(error: unknown): void {
  print('Uncaught ' + error);
  reject('' + error);
}

/** A program that says nothing by itself has run for long enough. */
function onQuiet(): void {
  process.removeListener('uncaughtException', onError);
  if (global.moteHealthy !== undefined) global.moteHealthy();
}

/** Wait for the program to say that it works; for one that cannot, watch it. */
function listen(place: number, isTrial: boolean): void {
  global.moteHealthy = accept;
  if ((byteAt(place, 0) & REPORTS) !== 0) return;
  if (isTrial) process.on('uncaughtException', onError);
  setTimeout(onQuiet, QUIET_MS);
}

/** @returns what there is to say of the trial. */
function startTrial(place: number): string {
  const limitMin = byteAt(place, 2);
  // A wake from deep sleep is no failed try: the program ended on purpose. A deadline would begin anew, so wakes are counted.
  const isWake = typeof ESP32 !== 'undefined' && ESP32.getWakeupCause() > 0;
  const count = isWake ? wakesAt(place) : triesAt(place);
  mark(place, (isWake ? PLACE_BYTES : TRIES) + count);
  E.enableWatchdog(WATCHDOG_SEC, true);
  setTimeout(function () {
    reject('not healthy after ' + limitMin + ' min');
  }, limitMin * 60000);
  return (isWake ? ', wake ' : ', try ') + (count + 1) + ' of ' + (isWake ? WAKES : TRY_COUNT);
}

function start(): void {
  const place = choosePlace(countPlaces());
  const slot = place < 0 ? onlySlot() : slotAt(place);
  const isOpen = place >= 0 && !isSet(place, HEALTHY) && !isSet(place, REJECTED);
  const isTrial = isOpen && levelAt(place) === GOOD && findPlace(place, KEPT, slot) >= 0;
  global.moteBoot = {
    text: slot < 0 ? '' : storage.read(programs[slot]),
    slot: slot,
    place: place,
    isTrial: isTrial,
    failed: onError,
  };
  if (isOpen) listen(place, isTrial);
  if (slot < 0) print('mote: no whole program');
  else print('mote: ' + programs[slot] + (isTrial ? startTrial(place) : ''));
}

lock();
start();
