// @ts-check
// Is all well? The connection to the broker and the sum of the fleet, in a sentence and in figures.

import { el, foreign, setText } from './dom.js';
import { number } from './format.js';
import { closeText } from './fleet-account.js';

/** @typedef {import('./fleet-link.js').LinkState} LinkState */
/** @typedef {import('./fleet-trouble.js').Trouble} Trouble */
/** @typedef {import('./fleet-sum.js').Sum} Sum */

const NOTHING_MS = 5000;

/** @param {number} count @param {string} one @param {string} more */
const some = (count, one, more) =>
  count === 0 ? [] : [count === 1 ? `one ${one}` : `${number(count)} ${more}`];

/** @param {Sum} sum @returns {{ text: string, isGood: boolean }} */
function fleetText({ motes, states, missing }) {
  const wrong = [
    ...some(states.offline, 'is offline', 'are offline'),
    ...some(states.overdue, 'should have woken by now', 'should have woken by now'),
    ...some(missing, 'account does not add up', 'accounts do not add up'),
  ];
  const which = `${number(motes)} ${motes === 1 ? 'mote' : 'motes'}`;
  const isGood = wrong.length === 0;
  return { text: `${which}: ${isGood ? 'all is well' : wrong.join(', ')}.`, isGood };
}

/** @param {HTMLElement} root @param {string} address @param {(cause: string) => void} narrow to the motes with this cause */
export function createOverview(root, address, narrow) {
  const headline = el('p', { class: 'headline', id: 'fleet-headline', role: 'status' });
  const subline = el('p', { class: 'subline', id: 'fleet-subline' });
  const help = el('ul', { class: 'fleet-help', id: 'fleet-help', hidden: true });
  const causes = el('ol', { class: 'fleet-causes', id: 'fleet-causes' });
  const figures = /** @type {const} */ ([
    ['online', 'online'],
    ['asleep', 'asleep'],
    ['offline', 'offline'],
    ['rate', 'readings a second'],
    ['missing', 'accounts that do not add up'],
    ['waiting', 'messages waiting in motes'],
  ]).map(([name, label]) => {
    const value = el('dd', { id: `fleet-${name}` }, '–');
    return { name, value, row: el('div', {}, el('dt', {}, label), value) };
  });
  const says = el(
    'div',
    { class: 'fleet-says' },
    el('h1', { class: 'hidden' }, 'Fleet'),
    headline,
    subline,
    help,
    el('dl', { class: 'fleet-figures' }, ...figures.map(({ row }) => row)),
  );
  root.append(says, el('div', {}, el('h2', {}, 'Last disconnects, by cause'), causes));
  let sinceMs = Date.now();
  let shownCauses = '';

  /** @param {string} what @param {string} more @param {'good' | 'bad' | 'none'} tone */
  function say(what, more, tone) {
    setText(headline, what);
    setText(subline, more);
    root.dataset['tone'] = tone;
  }

  /** @param {Trouble | undefined} trouble */
  function showTrouble(trouble) {
    help.hidden = trouble?.settings === undefined;
    if (!help.hidden) help.replaceChildren(...(trouble?.settings ?? []).map((line) => el('li', {}, line)));
  }

  /** @param {Sum} sum @param {import('../codes-contract.ts').PageCodes} codes */
  function showCauses({ causes: list }, codes) {
    const text = JSON.stringify(list);
    if (text === shownCauses) return;
    shownCauses = text;
    const most = list[0]?.[1] ?? 1;
    causes.replaceChildren(
      ...list.slice(0, 12).map(([cause, count]) => {
        const sentence = closeText(cause, codes);
        const button = el('button', { type: 'button' }, foreign(sentence, 160));
        button.addEventListener('click', () => narrow(sentence));
        const meter = el('span', { class: 'fleet-bar', 'aria-hidden': 'true' });
        meter.style.inlineSize = `${Math.max(2, Math.round((100 * count) / most))}%`;
        return el('li', {}, el('span', { class: 'figure' }, number(count)), button, meter);
      }),
    );
  }

  return {
    /** Where more may stand. */
    says,
    /** The connection changed. @param {LinkState} state @param {Trouble | undefined} trouble */
    link(state, trouble) {
      sinceMs = Date.now();
      showTrouble(trouble);
      if (state === 'connecting') say('Connecting to the broker.', address, 'none');
      else if (state === 'lost') {
        const at = new Date(sinceMs).toLocaleTimeString();
        say(
          `The broker is gone since ${at}.`,
          'What is shown was so then. This page tries again by itself.',
          'bad',
        );
      } else if (trouble !== undefined) {
        const again = state === 'away' ? ' This page tries again by itself.' : '';
        const isSentence = /[.?]$/.test(trouble.fix);
        const what = trouble.what.charAt(0).toUpperCase() + trouble.what.slice(1);
        const fix = trouble.fix.charAt(0).toUpperCase() + trouble.fix.slice(1);
        say(`${what}.`, `${fix}${isSentence ? '' : '.'}${again}`, 'bad');
      }
    },
    /** @param {Sum} sum @param {number} rate @param {LinkState} state @param {import('../codes-contract.ts').PageCodes} codes */
    refresh(sum, rate, state, codes) {
      const now = Date.now();
      /** @type {Record<string, string>} */
      const values = {
        online: number(sum.states.online),
        asleep: number(sum.states.asleep),
        offline: number(sum.states.offline + sum.states.overdue),
        rate: number(Math.round(rate * 10) / 10),
        missing: number(sum.missing),
        waiting: number(sum.waiting),
      };
      for (const { name, value } of figures) setText(value, sum.motes === 0 ? '–' : (values[name] ?? ''));
      showCauses(sum, codes);
      if (state !== 'online') return;
      if (sum.motes === 0) {
        const hint =
          'Nobody publishes to homeassistant/#, +/status, +/account or +/history; or this user may not read them.';
        say('Connected, and no mote was heard yet.', now - sinceMs < NOTHING_MS ? address : hint, 'none');
        return;
      }
      const { text, isGood } = fleetText(sum);
      const accounts = [
        ...some(sum.addUp, 'account adds up', 'accounts add up'),
        ...some(sum.silent, 'mote publishes none', 'motes publish none'),
      ];
      say(text, [address, ...accounts].join(' · '), isGood ? 'good' : 'bad');
    },
  };
}
