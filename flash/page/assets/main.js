// @ts-check
// The page: events of the simulator come in, and each goes to the panels that want it. A hello begins everything anew.

import { createAccount } from './account.js';
import { createClock } from './clock.js';
import { createCommands } from './commands.js';
import { byId, el, setText } from './dom.js';
import { createFaults } from './faults.js';
import { createFigures } from './figures.js';
import { createFlash } from './flash.js';
import { several, timeText } from './format.js';
import { createOutcomes } from './outcomes.js';
import { createOverview } from './overview.js';
import { createPackets } from './packets.js';
import { createReadings } from './readings.js';
import { createRun } from './run.js';
import { createSpan } from './span.js';
import { openStream } from './stream.js';
import { createTime } from './time.js';
import { createTimeline } from './timeline.js';

/** @import { PageEvent, RunFacts, StageEvent } from '../../stage/events.ts' */

/**
 * A panel: what it does as a run begins, and a function for each type of event that it wants.
 * @typedef {{ begin: (facts: RunFacts) => void, tick?: () => void, [type: string]: ((event: any, isNew: boolean) => void) | undefined }} Panel
 */

const TICK_MS = 500;
const GONE = 'The simulator stopped: start it again with npm start. This page goes on by itself.';

function startBoard() {
  const time = createTime();
  const span = createSpan(time);
  /** @type {Panel[]} */
  const panels = [
    createRun(),
    createClock(),
    createOverview(),
    createAccount(),
    createReadings(span),
    createFaults(),
    createOutcomes(),
    createTimeline(span),
    createPackets(),
    createFlash(),
    createFigures('memory'),
    createFigures('energy'),
    createCommands(),
  ];
  let missed = 0;

  /** @param {StageEvent} event @param {boolean} isNew */
  const take = (event, isNew) => {
    time.see(event.t);
    if (event.type === 'clock') time.clock(event);
    for (const panel of panels) panel[event.type]?.(event, isNew);
  };
  /** @param {number} count */
  const setMissed = (count) => {
    missed = count;
    byId('missed').hidden = count === 0;
    setText(
      byId('missed'),
      `${several(count, 'event')} left out: they came faster than this page took them.`,
    );
  };
  /** @param {PageEvent} event */
  const onEvent = (event) => {
    if (event.type === 'missed') setMissed(missed + event.count);
    else if (event.type === 'hello') {
      time.begin();
      setMissed(0);
      for (const panel of panels) panel.begin(event.facts);
      for (const one of event.events) take(one, false);
    } else take(event, true);
  };
  openStream(
    (events) => events.forEach(onEvent),
    (isThere) => {
      byId('gone').hidden = isThere;
      setText(byId('gone'), isThere ? '' : GONE);
      document.body.classList.toggle('is-gone', !isThere);
    },
  );
  setInterval(() => {
    setText(byId('now'), timeText(time.now()));
    for (const panel of panels) panel.tick?.();
  }, TICK_MS);
}

function startNavigation() {
  const titles = [...document.querySelectorAll('main h1, main h2')];
  byId('nav').append(
    ...titles.map((title) =>
      el('a', { href: `#${title.closest('section')?.id ?? ''}` }, title.textContent ?? ''),
    ),
  );
}

/** A real fleet in the place of a board. @param {string} address of its broker */
async function startFleet(address) {
  byId('main').remove();
  for (const node of document.querySelectorAll('.top .now, .top nav, .top .facts')) node.remove();
  document.querySelector('.skip')?.setAttribute('href', '#fleet-main');
  // Only this page needs a client of MQTT.
  const { startFleetView } = await import('./fleet.js');
  await startFleetView(byId('fleet'), address);
}

const broker = document.querySelector('meta[name=mote-broker]')?.getAttribute('content');
if (broker !== null && broker !== undefined) void startFleet(broker);
else {
  startNavigation();
  startBoard();
}
