// @ts-check
// Is all well? One sentence, said again only when it becomes another one, and below it what it means for the readings.

import { byId, el, setText, visible } from './dom.js';
import { number, several } from './format.js';
import { onFrame } from './frame.js';
import { LANES, toneOf, withImplied } from './lanes.js';

/** @import { AccountFigures, FlashEvent, StateEvent } from '../../stage/events.ts' */

const PAINT_MS = 200;
/** Share of the flash that waits, from which on it is nearly full. */
const NEARLY_FULL = 0.7;
const FULL = 'The outbox in flash is nearly full.';

/** What is said when a lane is not well; the first that applies. */
const TROUBLES = /** @type {const} */ ([
  ['power', 'The power is off.'],
  ['broker', 'The broker is away.'],
  ['wifi', 'There is no Wi-Fi.'],
  ['link', 'There is no connection.'],
  ['session', 'There is no session with the broker.'],
  ['sensor', 'A sensor fails.'],
]);

/** @param {FlashEvent | undefined} flash */
function isNearlyFull(flash) {
  if (flash === undefined || flash.pages.length === 0) return false;
  const live = flash.records.reduce((sum, { state, bytes }) => sum + (state === 'live' ? bytes : 0), 0);
  return live > NEARLY_FULL * flash.pages.length * flash.pageSize;
}

/**
 * Nothing is wrong. @param {StateEvent | undefined} session
 * @param {boolean} canBeSeen nobody looks into a real engine: there is what it publishes, and no account of it
 * @returns {{ tone: 'good' | 'other', headline: string }}
 */
function progress(session, canBeSeen) {
  if (!canBeSeen) return { tone: 'good', headline: 'Readings arrive.' };
  // Awake for a moment between two of its sleeps, it is well, too.
  if (session?.state === 'asleep') {
    return { tone: 'good', headline: 'The mote sleeps between its readings.' };
  }
  return session !== undefined && toneOf(session) === 'good'
    ? { tone: 'good', headline: 'All is well.' }
    : { tone: 'other', headline: 'The mote is on its way to the broker.' };
}

/**
 * @param {ReadonlyMap<string, StateEvent>} states the last of each lane
 * @param {AccountFigures | undefined} account
 * @param {FlashEvent | undefined} flash
 * @param {boolean} hasArrived a reading has
 * @returns {{ tone: 'good' | 'bad' | 'other', headline: string, cause: string }}
 */
export function verdict(states, account, flash, hasArrived = false) {
  if ((account?.lost ?? 0) > 0) {
    return { tone: 'bad', headline: `${several(account?.lost ?? 0, 'reading')} lost.`, cause: '' };
  }
  for (const [lane, headline] of TROUBLES) {
    const state = states.get(lane);
    if (state !== undefined && toneOf(state) === 'bad') {
      return { tone: 'bad', headline, cause: state.cause };
    }
  }
  if (isNearlyFull(flash)) return { tone: 'bad', headline: FULL, cause: '' };
  const session = states.get('session');
  const canBeSeen = session !== undefined || account !== undefined || !hasArrived;
  return { ...progress(session, canBeSeen), cause: '' };
}

/** A cause as a sentence of its own. @param {string} cause */
const sentence = (cause) => {
  const text = visible(cause, 300);
  return text === '' ? '' : `${text[0]?.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'} `;
};

/** @param {AccountFigures | undefined} account @param {boolean} hasArrived */
function accountSentence(account, hasArrived) {
  if (account === undefined && hasArrived) return 'What this board has accepted cannot be seen from here.';
  if (account === undefined || account.accepted === 0) return 'Nothing was accepted into the outbox yet.';
  const { accepted, delivered, held, lost } = account;
  if (delivered === accepted) return `${several(accepted, 'reading')} accepted, and all of them delivered.`;
  const waiting = held === 0 ? '' : `, ${number(held)} ${held === 1 ? 'waits' : 'wait'} in the outbox`;
  const end = lost === 0 ? 'none lost' : `${number(lost)} lost`;
  return `Of ${several(accepted, 'reading')} accepted, ${number(delivered)} ${delivered === 1 ? 'has' : 'have'} been delivered${waiting}; ${end}.`;
}

/** Faults have a panel; of sensors only those that fail. @param {{ event: StateEvent | undefined }} lamp */
const isLamp = ({ event }) =>
  event !== undefined && event.of !== 'fault' && (event.of !== 'sensor' || toneOf(event) === 'bad');

export function createOverview() {
  /** @type {Map<string, StateEvent>} */
  const states = new Map();
  /** @type {AccountFigures | undefined} */
  let account;
  /** @type {FlashEvent | undefined} */
  let flash;
  let hasArrived = false;
  const dirty = onFrame(() => {
    const { tone, headline, cause } = verdict(states, account, flash, hasArrived);
    byId('overview').dataset['tone'] = tone;
    setText(byId('headline'), headline);
    const lamps = LANES.map(([lane, label]) => ({ label, event: states.get(lane) })).filter(isLamp);
    byId('lamps').replaceChildren(
      ...lamps.map(({ label, event }) =>
        el('li', { 'data-tone': event && toneOf(event) }, `${label} ${visible(event?.state ?? '', 30)}`),
      ),
    );
    const full = headline !== FULL && isNearlyFull(flash) ? `${FULL} ` : '';
    setText(byId('subline'), `${sentence(cause)}${full}${accountSentence(account, hasArrived)}`);
  }, PAINT_MS);
  return {
    begin() {
      states.clear();
      account = flash = undefined;
      hasArrived = false;
      dirty();
    },
    /** @param {StateEvent} event */
    state(event) {
      for (const one of withImplied(event)) states.set(one.of, one);
      dirty();
    },
    reading() {
      if (hasArrived) return;
      hasArrived = true;
      dirty();
    },
    /** @param {{ figures: AccountFigures }} event */
    account({ figures }) {
      account = figures;
      dirty();
    },
    /** @param {FlashEvent} event */
    flash(event) {
      flash = event;
      dirty();
    },
  };
}
