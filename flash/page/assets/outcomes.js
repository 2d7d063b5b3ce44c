// @ts-check
// What became of what was done to the run, the newest first. The last of its sentences is the account.

import { byId, el, setText, visible } from './dom.js';
import { timeText } from './format.js';

/** @import { OutcomeEvent } from '../../stage/events.ts' */

const OUTCOMES_MOST = 40;
const SENTENCES_MOST = 20;
const SPOKEN_MOST = 300;

/** @param {OutcomeEvent} outcome */
function itemOf({ label, beganAt, t, isOver, what }) {
  const when = isOver ? `${timeText(beganAt)} to ${timeText(t)}` : `since ${timeText(beganAt)}`;
  return [
    el('h4', {}, visible(label, 60), ' ', el('span', { class: 'when figure' }, when)),
    el('ul', {}, ...what.slice(0, SENTENCES_MOST).map((sentence) => el('li', {}, visible(sentence, 400)))),
  ];
}

export function createOutcomes() {
  const list = byId('outcomes');
  /** @type {Map<number, HTMLLIElement>} */
  const items = new Map();
  return {
    begin() {
      items.clear();
      list.replaceChildren();
      byId('outcomes-none').hidden = false;
    },
    /** @param {OutcomeEvent} outcome @param {boolean} isNew false: it was over before this page came */
    outcome(outcome, isNew) {
      byId('outcomes-none').hidden = true;
      let item = items.get(outcome.fault);
      if (item === undefined) {
        item = el('li');
        items.set(outcome.fault, item);
        list.prepend(item);
        const [oldest] = items.keys();
        if (items.size > OUTCOMES_MOST && oldest !== undefined) {
          items.get(oldest)?.remove();
          items.delete(oldest);
        }
      }
      item.classList.toggle('open', !outcome.isOver);
      item.replaceChildren(...itemOf(outcome));
      if (!isNew) return;
      const spoken = `${outcome.label}${outcome.isOver ? ', over' : ''}: ${outcome.what.join(' ')}`;
      setText(byId('announce'), visible(spoken, SPOKEN_MOST));
    },
  };
}
