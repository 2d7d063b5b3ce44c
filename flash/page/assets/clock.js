// @ts-check
// How fast time goes, where it is not the real one: speed, pause and single steps.

import { post } from './api.js';
import { byId, el, setText, visible } from './dom.js';
import { number } from './format.js';

/** @import { ClockEvent, RunFacts } from '../../stage/events.ts' */

const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export function createClock() {
  const range = el('input', {
    type: 'range',
    id: 'speed-range',
    min: 0,
    max: SPEEDS.length - 1,
    step: 1,
    value: 0,
  });
  const says = el('output', { id: 'speed-says', for: 'speed-range' });
  const pause = el('button', { type: 'button', id: 'speed-pause', 'aria-pressed': 'false' }, 'Stop time');
  const step = el('button', { type: 'button', id: 'speed-step', disabled: true }, 'Single step');
  const error = el('p', { class: 'says bad', role: 'alert' });
  byId('speed').append(el('label', { for: 'speed-range' }, 'speed'), range, says, pause, step, error);
  let isStill = false;

  const chosen = () => SPEEDS[Number(range.value)] ?? 1;
  /** @param {object} body */
  const ask = async (body) => {
    try {
      await post('/api/clock', body);
      setText(error, '');
    } catch (problem) {
      setText(error, visible(/** @type {Error} */ (problem).message, 300));
    }
  };
  const show = (actual = chosen()) => {
    range.setAttribute('aria-valuetext', `${chosen()} times`);
    pause.setAttribute('aria-pressed', String(isStill));
    step.disabled = !isStill;
    const real =
      Math.abs(actual - chosen()) > 0.1 * chosen()
        ? `, in fact ${number(Math.round(actual * 10) / 10)}x`
        : '';
    setText(says, isStill ? 'stands still' : `${number(chosen())}x${real}`);
  };
  range.addEventListener('input', () => {
    show();
    void ask({ speed: chosen() });
  });
  pause.addEventListener('click', () => void ask({ speed: isStill ? chosen() : 0 }));
  step.addEventListener('click', () => void ask({ step: true }));

  return {
    /** @param {RunFacts} facts */
    begin({ hasTime }) {
      byId('speed').hidden = !hasTime;
      isStill = false;
      show();
    },
    /** @param {ClockEvent} event */
    clock({ speed, actual }) {
      isStill = speed === 0;
      const index = SPEEDS.findLastIndex((one) => one <= speed);
      if (!isStill && document.activeElement !== range) range.value = String(Math.max(0, index));
      show(isStill ? undefined : actual);
    },
  };
}
