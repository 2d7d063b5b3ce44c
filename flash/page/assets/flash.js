// @ts-check
// Panel: the outbox in flash, page by page. What a page holds is said where it has the focus or the pointer; a click
// keeps its records open.

import { byId, el, setText } from './dom.js';
import { number, several } from './format.js';
import { onFrame } from './frame.js';
import { createStrip, pageText, showRecords } from './flash-page.js';

/** @import { FlashEvent, FlashRecord } from '../../stage/events.ts' */

const PAGES_MOST = 256;
const DRAW_MS = 400;

export function createFlash() {
  const list = byId('flash-pages');
  const detail = byId('flash-detail');
  /** @type {ReturnType<typeof createStrip>[]} */
  let strips = [];
  /** @type {FlashEvent | undefined} */
  let flash;
  /** @type {number | undefined} */
  let selected;

  /** @param {number} page @returns {readonly FlashRecord[]} */
  const recordsOf = (page) => flash?.records.filter((record) => record.page === page) ?? [];
  /** @param {number | undefined} index */
  const say = (index) => {
    const page = index === undefined ? undefined : flash?.pages[index];
    setText(byId('flash-says'), page === undefined ? '' : pageText(page, recordsOf(page.page)));
  };
  const showDetail = () => {
    const page = selected === undefined ? undefined : flash?.pages[selected];
    detail.hidden = page === undefined;
    strips.forEach(({ button }, index) => button.setAttribute('aria-pressed', String(index === selected)));
    if (page !== undefined) showRecords(detail, page, recordsOf(page.page));
  };

  /** @param {number} count */
  const build = (count) => {
    strips = [];
    list.replaceChildren();
    for (let index = 0; index < count; index++) {
      const strip = createStrip(flash?.pages[index]?.page ?? index);
      const { button } = strip;
      button.addEventListener('click', () => {
        selected = selected === index ? undefined : index;
        showDetail();
      });
      button.addEventListener('pointerenter', () => say(index));
      button.addEventListener('focus', () => say(index));
      button.addEventListener('pointerleave', () => say(undefined));
      button.addEventListener('blur', () => say(undefined));
      strips.push(strip);
      list.append(el('li', {}, button));
    }
  };

  const dirty = onFrame(() => {
    byId('flash-none').hidden = flash !== undefined;
    if (flash === undefined) return;
    const count = Math.min(flash.pages.length, PAGES_MOST);
    if (count !== strips.length) build(count);
    /** @type {Map<number, FlashRecord[]>} */
    const byPage = new Map();
    for (const record of flash.records) {
      const known = byPage.get(record.page);
      if (known === undefined) byPage.set(record.page, [record]);
      else known.push(record);
    }
    const { pages, pageSize, totals, programs, erases } = flash;
    strips.forEach((strip, index) => {
      const page = pages[index];
      if (page !== undefined) strip.show(page, byPage.get(page.page) ?? [], pageSize);
    });
    const more = pages.length > count ? `; the first ${count} of ${several(pages.length, 'page')}` : '';
    setText(
      byId('flash-count'),
      `${number(totals.held)} waiting, ${number(totals.acknowledged)} acknowledged, ${number(totals.damaged)} damaged; ${several(programs, 'write')}, ${several(erases, 'erase')}${more}`,
    );
    showDetail();
  }, DRAW_MS);
  new ResizeObserver(dirty).observe(list);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', dirty);

  return {
    begin() {
      flash = undefined;
      selected = undefined;
      build(0);
      say(undefined);
      setText(byId('flash-count'), '');
      showDetail();
      dirty();
    },
    /** @param {FlashEvent} event */
    flash(event) {
      flash = event;
      dirty();
    },
  };
}
