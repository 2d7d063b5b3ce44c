// @ts-check
// Panel: say something to the mote, and what it answered last.

import { post } from './api.js';
import { byId, setText, visible } from './dom.js';
import { timeText } from './format.js';

/** @import { ReadingEvent, RunFacts } from '../../stage/events.ts' */

export function createCommands() {
  const topic = /** @type {HTMLInputElement} */ (byId('command-topic'));
  const payload = /** @type {HTMLInputElement} */ (byId('command-payload'));
  const reply = byId('command-reply');
  let isOffered = false;
  byId('command-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await post('/api/command', { topic: topic.value, payload: payload.value });
      setText(byId('command-says'), `Published to ${visible(topic.value, 100)}.`);
    } catch (error) {
      setText(byId('command-says'), visible(/** @type {Error} */ (error).message, 500));
    }
  });
  return {
    /** @param {RunFacts} facts */
    begin({ hasCommands }) {
      isOffered = hasCommands;
      byId('commands').hidden = !hasCommands;
      reply.hidden = true;
      setText(byId('command-says'), '');
    },
    /** @param {ReadingEvent} event */
    reading({ topic: from, text, t }) {
      if (!isOffered) return;
      // The first part of a mote's topics is its name.
      if (topic.value === '') topic.value = `${from.split('/')[0]}/cmd/read`;
      if (!from.endsWith('/reply')) return;
      reply.hidden = false;
      setText(reply, `${timeText(t)} ${visible(from, 100)}: ${visible(text, 500)}`);
    },
  };
}
