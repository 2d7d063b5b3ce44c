// @ts-check
// A form that publishes a command to the mote that is selected. It is there only while commands are allowed, which they are not unless
// somebody says so each time the page is opened.

import { el, foreign, setText } from './dom.js';
import { COMMANDS, COMMAND_MAX, composeCommand, replyText, sensorsOf } from './fleet-command.js';

/** @typedef {import('./fleet-mote.js').Mote} Mote */

const ANSWERS = 8;

/** @param {import('../codes-contract.ts').PageCodes} codes @param {import('./fleet-link.js').Link} link */
export function createCommands(codes, link) {
  const allowed = el('input', { type: 'checkbox', id: 'fleet-allow', autocomplete: 'off' });
  const command = el('select', { name: 'command' });
  command.append(...Object.entries(COMMANDS).map(([value, { label }]) => el('option', { value }, label)));
  const sensor = el('select', { name: 'sensor' });
  const ms = el('input', { name: 'ms', type: 'number', min: 0, max: 67_108_863, step: 1, value: 10_000 });
  const payload = el('textarea', {
    name: 'payload',
    rows: 2,
    class: 'mono',
    spellcheck: 'false',
    maxlength: COMMAND_MAX,
  });
  const send = el('button', { type: 'submit' }, 'Publish');
  const says = el('p', { class: 'says', role: 'status' });
  const answers = el('ol', { class: 'fleet-answers', 'aria-label': 'Answers' });
  const ofSensor = el('label', {}, 'sensor ', sensor);
  const ofMs = el('label', {}, 'ms ', ms);
  const form = el(
    'form',
    { class: 'fleet-command' },
    el('label', {}, 'command ', command),
    ofSensor,
    ofMs,
    el('label', { class: 'fleet-payload' }, 'payload, as it is sent ', payload),
    send,
  );
  const section = el(
    'section',
    { id: 'fleet-commands', hidden: true },
    el('h3', {}, 'Command'),
    form,
    says,
    answers,
  );
  let id = Math.floor(Math.random() * 1e6);
  /** @type {Mote | undefined} */
  let mote;
  /** The topic of the answers that are followed. */
  let followed = '';

  function followAnswers() {
    const wanted = allowed.checked && mote !== undefined ? `${mote.id}/reply` : '';
    if (wanted === followed) return;
    if (followed !== '') link.unsubscribe([followed]);
    if (wanted !== '') link.subscribe([wanted]);
    followed = wanted;
  }

  function compose() {
    const { hasSensor, hasMs } = COMMANDS[command.value] ?? { hasSensor: false, hasMs: false };
    ofSensor.hidden = !hasSensor;
    ofMs.hidden = !hasMs;
    payload.value = composeCommand(
      command.value,
      id,
      sensor.value,
      ms.value === '' ? undefined : Number(ms.value),
    );
  }

  function fillSensors() {
    if (mote === undefined) return;
    const isOne = COMMANDS[command.value]?.mustHave === true;
    const names = [...(isOne ? [] : ['']), ...sensorsOf(mote)];
    const chosen = sensor.value;
    sensor.replaceChildren(...names.map((name) => el('option', { value: name }, name === '' ? 'all' : name)));
    if (names.includes(chosen)) sensor.value = chosen;
    compose();
  }

  async function submit() {
    const to = mote;
    if (to === undefined || !allowed.checked) return;
    const topic = `${to.id}/cmd/${command.value}`;
    const text = payload.value;
    id += 1;
    compose();
    says.replaceChildren('on its way to ', foreign(topic, 80));
    try {
      await link.publish(topic, text);
      says.replaceChildren('the broker has it: ', foreign(topic, 80), ' ', foreign(text, COMMAND_MAX));
    } catch (error) {
      setText(says, `not sent: ${/** @type {Error} */ (error).message}`);
    }
  }

  allowed.addEventListener('change', () => {
    section.hidden = !allowed.checked;
    fillSensors();
    followAnswers();
  });
  command.addEventListener('change', fillSensors);
  sensor.addEventListener('change', compose);
  ms.addEventListener('input', compose);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });

  return {
    section,
    /** The switch. */
    allow: el('label', {}, allowed, ' allow commands'),
    /** A new session has no subscription. */
    session() {
      followed = '';
      followAnswers();
    },
    /** @param {Mote} to */
    choose(to) {
      mote = to;
      says.replaceChildren();
      answers.replaceChildren();
      fillSensors();
      followAnswers();
    },
    /** @param {Mote} from @param {string} answer */
    reply(from, answer) {
      if (from !== mote) return;
      answers.prepend(el('li', {}, foreign(replyText(answer, codes), 300)));
      while (answers.childElementCount > ANSWERS) answers.lastElementChild?.remove();
    },
  };
}
