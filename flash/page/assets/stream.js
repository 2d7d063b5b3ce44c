// @ts-check
// The events of the simulator. When they end, this tries again by itself for as long as the page is open.

import { renewToken } from './api.js';

/** @import { PageEvent } from '../../stage/events.ts' */

const AGAIN_MS = 1000;

/**
 * @param {(events: PageEvent[]) => void} onEvents
 * @param {(isThere: boolean) => void} onChange whether the simulator is there
 */
export function openStream(onEvents, onChange) {
  const open = () => {
    const source = new EventSource('/events');
    source.onopen = () => onChange(true);
    source.onmessage = ({ data }) => onEvents(JSON.parse(data));
    source.onerror = () => {
      source.close();
      onChange(false);
      setTimeout(again, AGAIN_MS);
    };
  };
  const again = async () => {
    if (await renewToken()) open();
    else setTimeout(again, AGAIN_MS);
  };
  open();
}
