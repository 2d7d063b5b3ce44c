// @ts-check
// Which run this is, and how another one is begun: live, in virtual time, or a seed of the system simulation.

import { post } from './api.js';
import { byId, el, setText, visible } from './dom.js';

/** @import { RunFacts } from '../../stage/events.ts' */

const MODES = /** @type {const} */ ([
  ['live', 'live'],
  ['virtual', 'virtual time'],
  ['replay', 'replay of a seed'],
]);

export function createRun() {
  const form = /** @type {HTMLFormElement} */ (byId('run-form'));
  const says = el('p', { class: 'says', role: 'alert' });
  const radios = MODES.map(([value]) => el('input', { type: 'radio', name: 'mode', value }));
  const seed = el('input', { type: 'number', name: 'seed', min: 0, max: 2 ** 31 - 1, step: 1, value: 1 });
  form.append(
    el(
      'fieldset',
      { class: 'modes' },
      el('legend', { class: 'hidden' }, 'Kind of run'),
      ...MODES.map(([, label], index) => el('label', {}, /** @type {Node} */ (radios[index]), ` ${label}`)),
    ),
    el('label', {}, 'seed ', seed),
    el('button', {}, 'Begin anew'),
    says,
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    /** @param {string} text @param {boolean} isWrong */
    const say = (text, isWrong) => {
      says.classList.toggle('bad', isWrong);
      setText(says, text);
    };
    say('It is being prepared.', false);
    try {
      await post('/api/run', { mode: new FormData(form).get('mode'), seed: Number(seed.value) });
      say('', false);
    } catch (error) {
      say(visible(/** @type {Error} */ (error).message, 500), true);
    }
  });
  return {
    /** @param {RunFacts} facts */
    begin({ mode, modes, title, firmware, board, broker, seed: used }) {
      byId('time').hidden = false;
      radios.forEach((radio) => {
        radio.checked = radio.value === mode;
        radio.disabled = modes?.some((one) => one === radio.value) === false;
      });
      seed.value = String(used);
      document.title = `${visible(title, 60)}: Mote`;
      const facts = [
        ['firmware', firmware],
        ['board', board],
        ['broker', broker],
        ['run', `${MODES.find(([name]) => name === mode)?.[1] ?? mode}, seed ${used}`],
      ];
      byId('facts').replaceChildren(
        ...facts.map(([name, value]) =>
          el('div', {}, el('dt', {}, name ?? ''), el('dd', {}, visible(value ?? '', 100))),
        ),
      );
    },
  };
}
