// @ts-check
// Panel: a card for each channel of numbers, and the topics that are none.

import { createCard } from './channel-card.js';
import { createChannels } from './channels.js';
import { byId, el, foreign, setText } from './dom.js';
import { number, several, timeText } from './format.js';
import { onFrame } from './frame.js';
import { createGroups } from './groups.js';

/** @import { PacketEvent, ReadingEvent } from '../../stage/events.ts' */
/** @import { Channel } from './channels.js' */
/** @import { Span } from './span.js' */

const DRAW_MS = 400;
/** @param {Span} span */
export function createReadings(span) {
  const model = createChannels();
  const groups = createGroups();
  /** @type {Map<Channel, ReturnType<typeof createCard>>} */
  const cards = new Map();
  const others = byId('other-topics');
  const dirtyTexts = onFrame(() => {
    const texts = model.texts();
    others.hidden = texts.length === 0;
    const rest = model.left() === 0 ? '' : `, and ${several(model.left(), 'message')} of still others`;
    setText(
      /** @type {HTMLElement} */ (others.querySelector('summary')),
      `${several(texts.length, 'topic')} without numbers${rest}`,
    );
    if (!(/** @type {HTMLDetailsElement} */ (others).open)) return;
    others
      .querySelector('tbody')
      ?.replaceChildren(
        ...texts.map(({ topic, text, t, count }) =>
          el(
            'tr',
            {},
            el('td', { class: 'mono' }, foreign(topic, 200)),
            el('td', { class: 'mono' }, foreign(text, 300)),
            el('td', { class: 'figure' }, timeText(t)),
            el('td', { class: 'figure' }, number(count)),
          ),
        ),
      );
  }, DRAW_MS);
  others.addEventListener('toggle', dirtyTexts);
  const all = () => cards.forEach(({ dirty }) => dirty());
  span.onChange(all);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
    cards.forEach(({ redraw }) => redraw()),
  );
  return {
    begin() {
      model.clear();
      groups.clear();
      cards.forEach(({ destroy }) => destroy());
      cards.clear();
      byId('readings-none').hidden = false;
      dirtyTexts();
    },
    /** @param {PacketEvent} event */
    packet(event) {
      groups.packet(event);
    },
    /** @param {ReadingEvent} event */
    reading(event) {
      byId('readings-none').hidden = true;
      for (const reading of groups.split(event)) {
        const channel = model.take(reading);
        if (channel === undefined) {
          dirtyTexts();
          continue;
        }
        let card = cards.get(channel);
        if (card === undefined) cards.set(channel, (card = createCard(channel, span)));
        card.dirty();
      }
    },
    tick: all,
  };
}
