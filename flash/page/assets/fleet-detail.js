// @ts-check
// The selected mote: who it is, its readings, its account, and how its link fared.

import { el, foreign, setText } from './dom.js';
import { number, several } from './format.js';
import { closeText, noteTexts, sumText, transitionText, verdictText } from './fleet-account.js';
import { causeOf, nameOf, stateOf } from './fleet-mote.js';
import { createReadings } from './fleet-readings.js';
import { ageText, sleepText } from './fleet-words.js';

/** @typedef {import('./fleet-mote.js').Mote} Mote */

/** Write a list of rows anew where it changed. @param {HTMLElement} root @param {readonly string[]} texts @param {(text: string) => HTMLElement} make */
function writeAll(root, texts, make) {
  const all = texts.join('\n');
  if (root.dataset['text'] === all) return;
  root.dataset['text'] = all;
  root.replaceChildren(...texts.map(make));
}

/** @param {Mote} mote @param {number} now @returns {string[]} name, two spaces, text */
function factsOf(mote, now) {
  const { maker = '', model = '', version = '', serial = '', area = '' } = mote.device ?? {};
  const gone = [...mote.sensors].filter(([, isThere]) => !isThere).map(([name]) => name);
  return [
    ['id', mote.id],
    ['state', stateOf(mote, now)],
    ['heard', mote.heardMs === undefined ? 'not since this page is open' : ageText(mote.heardMs, now)],
    ['sleep', sleepText(mote, now)],
    ['sensors that do not answer', gone.join(', ')],
    ['model', `${maker} ${model}`.trim()],
    ['firmware', version],
    ['serial', serial],
    ['area', area],
    ['channels left out', mote.leftOut === 0 ? '' : String(mote.leftOut)],
  ]
    .filter(([, text]) => text !== '')
    .map((row) => row.join('  '));
}

/** @param {HTMLElement} root @param {import('../codes-contract.ts').PageCodes} codes @param {HTMLElement} commands */
export function createDetail(root, codes, commands) {
  const title = el('h2', { id: 'fleet-detail-title' }, 'Mote');
  const none = el('p', { class: 'none' }, 'Select a mote in the list.');
  const facts = el('dl', { class: 'fleet-facts' });
  const verdict = el('p', { class: 'fleet-verdict', id: 'fleet-verdict' });
  const notes = el('ul', { class: 'note' });
  const cause = el('p', { id: 'fleet-cause' });
  const history = el('ol', { class: 'fleet-history', id: 'fleet-history' });
  const readings = createReadings();
  const all = el(
    'div',
    { class: 'fleet-detail', hidden: true },
    facts,
    el('h3', {}, 'Readings'),
    ...readings.nodes,
    el('h3', {}, 'Account'),
    verdict,
    notes,
    el('h3', {}, 'Link'),
    cause,
    history,
    commands,
  );
  root.append(title, none, all);
  /** @type {Mote | undefined} */
  let mote;

  /** @param {Mote} of */
  function showAccount({ account, wentBack }) {
    verdict.classList.toggle('bad', (account?.missing ?? 0) !== 0);
    if (account === undefined) {
      setText(verdict, 'It publishes no account.');
      writeAll(notes, [], () => el('li'));
      return;
    }
    setText(verdict, `It ${verdictText(account)}: ${sumText(account, codes)}.`);
    const { boots = 0, sampled = 0, sent = 0, duplicates = 0, connects = 0 } = account.counts;
    const texts = [
      `${several(sampled, 'reading')} sampled, ${several(sent, 'message')} sent, ${number(duplicates)} of them again; ${several(boots, 'boot')}, ${several(connects, 'session')}`,
      ...noteTexts(account),
      ...(wentBack > 0
        ? ['the account went backwards: was its outbox formatted, or do two boards use this id?']
        : []),
    ];
    writeAll(notes, texts, (text) => el('li', {}, text));
  }

  function refresh() {
    if (mote === undefined) return;
    title.replaceChildren(foreign(nameOf(mote), 80));
    writeAll(facts, factsOf(mote, Date.now()), (text) => {
      const at = text.indexOf('  ');
      return el('div', {}, el('dt', {}, text.slice(0, at)), el('dd', {}, foreign(text.slice(at + 2), 120)));
    });
    readings.refresh();
    showAccount(mote);
    const why = causeOf(mote, codes);
    setText(
      cause,
      why === undefined
        ? 'It does not say why its last connection ended.'
        : `Last disconnect: ${closeText(why, codes)}.`,
    );
    const sentences = mote.history.map((one) => transitionText(one, codes));
    writeAll(history, sentences, (text) => el('li', {}, text));
  }

  return {
    refresh,
    reading: readings.reading,
    /** @param {Mote} to */
    choose(to) {
      mote = to;
      none.hidden = true;
      all.hidden = false;
      readings.choose(to);
      refresh();
    },
  };
}
