// @ts-check
// A view of a real fleet: this page connects to one broker over WebSocket, finds motes by what they publish, and shows them. It only
// reads, until somebody allows commands. All text from the broker is hostile, and every list has an end.

import { el, setText, visible } from './dom.js';
import { createCommands } from './fleet-commands.js';
import { createDetail } from './fleet-detail.js';
import { createLink } from './fleet-link.js';
import { createList } from './fleet-list.js';
import { createLogin } from './fleet-login.js';
import { BYTES_MAX, createModel } from './fleet-model.js';
import { createOverview } from './fleet-overview.js';
import { sumOf } from './fleet-sum.js';
import { addressTrouble } from './fleet-trouble.js';
import { createUnknowns } from './fleet-unknowns.js';

/** @typedef {import('../codes-contract.ts').PageCodes} PageCodes */
/** @typedef {import('./fleet-link.js').LinkState} LinkState */

const FOLLOW_MS = 250;
const TICK_MS = 1000;
/** What a flood may have hidden of the state of motes is asked for again. */
const AFTER_FLOOD = ['+/status', '+/account', '+/history', '+/sleep'];
const UNREADABLE_MAX = 20;

/** @returns {Promise<PageCodes>} */
async function loadCodes() {
  const answer = await fetch('/assets/codes.json');
  if (!answer.ok) throw new Error(`the simulator answers ${answer.status}`);
  return /** @type {Promise<PageCodes>} */ (answer.json());
}

/** Only this view needs it. */
const loadStyle = () =>
  new Promise((resolve) => {
    const style = el('link', { rel: 'stylesheet', href: '/assets/fleet.css' });
    style.addEventListener('load', resolve);
    style.addEventListener('error', resolve);
    document.head.append(style);
  });

/** @param {HTMLElement} root @param {string} title @param {string} kind @param {string} id */
function panel(root, title, kind, id) {
  const section = el('section', { class: `panel ${kind}`, id, 'aria-label': title });
  root.append(section);
  return section;
}

/** @param {HTMLElement} root @param {string} address @param {PageCodes} codes */
function show(root, address, codes) {
  const main = el('main', { class: 'fleet', id: 'fleet-main', tabindex: -1 });
  const top = panel(main, 'Overview', 'wide', 'fleet-overview');
  const decoder = new TextDecoder();
  /** @type {LinkState} */
  let state = 'connecting';
  let refused = 0;
  /** The connection is in another state than the page shows. */
  let isNew = true;
  let shownMotes = 0;
  /** @type {string[]} */
  let unreadable = [];

  const model = createModel(codes, {
    reading: (mote, channel) => detail.reading(mote, channel),
    reply: (mote, payload) => commands.reply(mote, payload),
  });
  const link = createLink(address, {
    state(now, trouble) {
      state = now;
      overview.link(now, trouble);
      isNew = true;
      login.show(now === 'login');
      connect.hidden = now === 'online' || now === 'connecting' || now === 'lost';
    },
    session() {
      model.topics.changes();
      link.subscribe(model.topics.wanted());
      commands.session();
    },
    message(topic, bytes, isKept) {
      model.handle(topic, bytes.length > BYTES_MAX ? undefined : decoder.decode(bytes), isKept, Date.now());
    },
    unreadable(filters) {
      refused += filters.length;
      unreadable = [...unreadable, ...filters].slice(-UNREADABLE_MAX);
    },
  });
  const overview = createOverview(top, address, (cause) => list.narrow(cause));
  const login = createLogin((user) => link.start(user));
  const connect = el('button', { type: 'button', id: 'fleet-connect' }, 'User and password');
  connect.addEventListener('click', () => login.show(login.form.hidden === true));

  const commands = createCommands(codes, link);
  const isReading = el('p', { class: 'note' }, 'This page only reads, unless commands are allowed.');
  overview.says.append(el('div', { class: 'controls' }, connect, commands.allow, isReading), login.form);

  const list = createList(panel(main, 'Motes', 'two', 'fleet-list'), {
    motes: model.motes,
    codes,
    choose(mote) {
      commands.choose(mote);
      detail.choose(mote);
    },
  });
  const detail = createDetail(panel(main, 'Selected mote', '', 'fleet-mote'), codes, commands.section);
  const unknowns = createUnknowns(panel(main, 'Not understood', 'wide', 'fleet-unknown'), model);
  root.append(main);

  function follow() {
    const { add, drop } = model.topics.changes();
    if (drop.length > 0) link.unsubscribe(drop);
    if (add.length > 0) link.subscribe(add);
    if (isNew || shownMotes !== model.motes.size) tick();
    else detail.refresh();
  }

  function tick() {
    const now = Date.now();
    isNew = false;
    shownMotes = model.motes.size;
    model.settle(now);
    if (model.gate.isOver(now)) link.subscribe(AFTER_FLOOD);
    overview.refresh(sumOf(model.motes.values(), codes, now), model.rate.aSecond(now), state, codes);
    list.refresh();
    detail.refresh();
    unknowns.refresh(unreadable, refused);
  }

  link.start();
  tick();
  setInterval(follow, FOLLOW_MS);
  setInterval(tick, TICK_MS);
}

/** @param {HTMLElement} root where it is shown @param {string} address of the broker: ws:// or wss:// */
export async function startFleetView(root, address) {
  root.hidden = false;
  const trouble = addressTrouble(address);
  const says = el('p', { class: 'banner', role: 'alert' });
  if (trouble !== undefined) {
    setText(says, `${trouble.what}: ${trouble.fix}.`);
    root.append(el('main', {}, says));
    return;
  }
  try {
    const [codes] = await Promise.all([loadCodes(), loadStyle()]);
    show(root, address, codes);
  } catch (error) {
    const why = visible(/** @type {Error} */ (error).message, 200);
    setText(says, `This page cannot begin: ${why}. Is the simulator still running? Load the page again.`);
    root.append(el('main', {}, says));
  }
}
