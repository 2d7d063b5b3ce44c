// @ts-check
// Shows what was not understood, left out or passed over: nothing that a broker sends goes without a trace.

import { el, foreign, setText } from './dom.js';
import { number } from './format.js';

const SHOWN = 10;

/** @param {HTMLElement} root @param {import('./fleet-model.js').Model} model */
export function createUnknowns(root, model) {
  const says = el('p', { class: 'says', id: 'fleet-unknown-says' });
  const list = el('dl', { class: 'fleet-unknown' });
  const details = el('details', { hidden: true }, el('summary', {}, 'reasons and topics'), list);
  root.append(el('h2', {}, 'Not understood'), says, details);
  let shown = -1;
  return {
    /** @param {readonly string[]} unreadable filters that the broker refused @param {number} refused how many */
    refresh(unreadable, refused) {
      const count = model.unknowns.count();
      const over = model.gate.passedOver();
      const parts = [
        `${number(count)} of ${number(model.messages())} messages were not understood`,
        ...(over > 0 ? [`${number(over)} came faster than this page takes them, and were counted only`] : []),
        ...(refused > 0
          ? [`${number(refused)} topic filters were refused by the broker: may this user read them?`]
          : []),
      ];
      setText(says, `${parts.join('; ')}.`);
      details.hidden = count + refused === 0;
      if (!details.open || shown === count + refused) return;
      shown = count + refused;
      const reasons = [...model.unknowns.byReason()].map(([why, { count: times, names }]) => ({
        why,
        times,
        names: [...names],
      }));
      if (refused > 0) {
        reasons.push({ why: 'topic filter refused by the broker', times: refused, names: [...unreadable] });
      }
      list.replaceChildren(
        ...reasons.flatMap(({ why, times, names }) => [
          el('dt', {}, `${why}: ${times}`),
          ...names.slice(-SHOWN).map((name) => el('dd', { class: 'mono' }, foreign(name, 120))),
        ]),
      );
    },
  };
}
