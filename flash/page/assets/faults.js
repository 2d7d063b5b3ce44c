// @ts-check
// Panel: a form for each thing that can be done to this run. It knows none by name: what is on offer comes with the run.

import { post } from './api.js';
import { byId, el, setText, visible } from './dom.js';

/** @import { FaultArgument, FaultOffer, RunFacts } from '../../stage/events.ts' */

/** @param {FaultArgument} argument @param {boolean} isAlone */
function field({ name, label, unit, value, least, most, choices }, isAlone) {
  const control =
    choices === undefined
      ? el('input', { name, type: 'number', value, min: least, max: most, step: 'any', required: true })
      : el(
          'select',
          { name },
          ...choices.map((choice) => el('option', { value: choice }, visible(choice, 60))),
        );
  const words = el(
    'span',
    { class: isAlone && unit !== undefined ? 'hidden' : undefined },
    visible(label, 60),
  );
  return el('label', {}, words, ' ', control, unit === undefined ? '' : ` ${visible(unit, 20)}`);
}

/** @param {HTMLFormElement} form @param {FaultOffer} offer */
function valuesOf(form, offer) {
  const data = new FormData(form);
  return Object.fromEntries(
    offer.args.map(({ name, choices }) => [
      name,
      choices === undefined ? Number(data.get(name)) : data.get(name),
    ]),
  );
}

/** @param {FaultOffer} offer @param {number} index */
function createForm(offer, index) {
  const help = `fault-help-${index}`;
  const says = el('p', { class: 'says bad', role: 'alert' });
  const form = el(
    'form',
    { class: 'fault' },
    el('button', { 'aria-describedby': help }, visible(offer.label, 60)),
    el('span', { class: 'args' }, ...offer.args.map((argument) => field(argument, offer.args.length === 1))),
    el('p', { class: 'help', id: help }, visible(offer.help, 300)),
    says,
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await post('/api/fault', { name: offer.name, args: valuesOf(form, offer) });
      setText(says, '');
    } catch (error) {
      setText(says, visible(/** @type {Error} */ (error).message, 500));
    }
  });
  return form;
}

export function createFaults() {
  let offered = '';
  return {
    /** @param {RunFacts} facts */
    begin({ faults }) {
      byId('faults-none').hidden = faults.length > 0;
      // The same again: what somebody has typed in stays.
      if (JSON.stringify(faults) === offered) return;
      offered = JSON.stringify(faults);
      byId('fault-forms').replaceChildren(...faults.map(createForm));
    },
  };
}
