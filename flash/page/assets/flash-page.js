// @ts-check
// One page of the flash: a strip that shows where its records stand, and its records in words.

import { el, foreign, setText, visible } from './dom.js';
import { number, several } from './format.js';

/** @import { FlashPage, FlashRecord } from '../../stage/events.ts' */

const STRIP_PX = 16;
const RECORDS_MOST = 150;
const COLOURS = { live: '--accent', acknowledged: '--done', state: '--ink', torn: '--bad' };

/** @param {CanvasRenderingContext2D} ctx @param {number} left @param {number} wide @param {number} high */
function hatch(ctx, left, wide, high) {
  ctx.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--panel');
  for (let x = left; x < left + wide; x += 3) ctx.fillRect(x, 0, 1, high);
}

/** @param {HTMLCanvasElement} canvas @param {readonly FlashRecord[]} records @param {number} pageSize */
export function drawStrip(canvas, records, pageSize) {
  const ratio = devicePixelRatio;
  const width = canvas.clientWidth;
  canvas.width = Math.round(width * ratio);
  canvas.height = STRIP_PX * ratio;
  const ctx = canvas.getContext('2d');
  if (ctx === null || width === 0) return;
  const style = getComputedStyle(document.documentElement);
  ctx.scale(ratio, ratio);
  for (const { at, bytes, state } of records) {
    const left = (at / pageSize) * width;
    // A hair is left between two records, where there is room for it.
    const wide = Math.max(1, (bytes / pageSize) * width - 0.5);
    ctx.fillStyle = style.getPropertyValue(COLOURS[state]);
    ctx.fillRect(left, 0, wide, STRIP_PX);
    if (state === 'torn') hatch(ctx, left, wide, STRIP_PX);
  }
}

/** @param {FlashPage} page @param {readonly FlashRecord[]} records */
export function pageText({ page, state, erases, used, free }, records) {
  /** @param {FlashRecord['state']} what */
  const count = (what) => records.filter((record) => record.state === what).length;
  const kinds = /** @type {const} */ (['live', 'acknowledged', 'state', 'torn']);
  const found = kinds.filter((kind) => count(kind) > 0).map((kind) => `${number(count(kind))} ${kind}`);
  return [
    `Page ${page}: ${visible(state, 40)}`,
    erases === undefined ? 'wear unknown' : `erased ${erases === 1 ? 'once' : `${number(erases)} times`}`,
    `${number(used)} bytes used, ${number(free)} free`,
    found.length === 0 ? 'no records' : `records: ${found.join(', ')}`,
  ].join('; ');
}

/** @param {HTMLElement} root @param {FlashPage} page @param {readonly FlashRecord[]} records */
export function showRecords(root, page, records) {
  const listed = records.slice(-RECORDS_MOST).reverse();
  const left = records.length - listed.length;
  root.replaceChildren(
    el(
      'p',
      { class: 'note' },
      `Page ${page.page}, at 0x${page.address.toString(16)}: ${several(records.length, 'record')}, the newest first.`,
    ),
    left > 0 ? el('p', { class: 'note' }, `${several(left, 'older record')} not listed`) : '',
    el(
      'ol',
      { class: 'records mono' },
      ...listed.map(({ at, bytes, state, label }) =>
        el(
          'li',
          { 'data-state': state },
          el('span', { class: 'figure' }, `+0x${at.toString(16).padStart(4, '0')}`),
          el('span', { class: 'figure' }, `${bytes} B`),
          el('span', {}, state),
          el('span', {}, foreign(label, 120)),
        ),
      ),
    ),
  );
}

/** The button of a page. @param {number} page */
export function createStrip(page) {
  const canvas = el('canvas', { class: 'strip', 'aria-hidden': true });
  const wear = el('span', { class: 'wear figure' });
  const name = el('span', { class: 'hidden' });
  const button = el(
    'button',
    { type: 'button', class: 'strip-button', 'aria-pressed': 'false' },
    el('span', { class: 'page-name figure', 'aria-hidden': true }, String(page)),
    canvas,
    wear,
    name,
  );
  wear.setAttribute('aria-hidden', 'true');
  return {
    button,
    /** @param {FlashPage} facts @param {readonly FlashRecord[]} records @param {number} pageSize */
    show(facts, records, pageSize) {
      drawStrip(canvas, records, pageSize);
      setText(wear, facts.erases === undefined ? '' : `${number(facts.erases)}x`);
      setText(name, pageText(facts, records));
      button.dataset['state'] = facts.state;
    },
  };
}
