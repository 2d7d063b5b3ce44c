// Where a broker sends its clients: "use another server" and "server moved" of MQTT 5.0 (section 4.11), where a firmware follows that. It
// decides where the next connection goes; it opens none, and what was to be encrypted stays so, since the socket is the same.

import { LOG } from '../features.ts';
import { Close, Event, Server } from '../ports/codes.ts';
import type { Log } from '../ports/log.ts';

/** Servers that are followed one after the other, until a session has proved the way: more of them send in a circle. */
const HOPS_MAX = 3;
const PORT_MAX = 65535;
const DIGITS = '0123456789';
const HEX = DIGITS + 'abcdefABCDEF';
const LETTERS = DIGITS + 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Where a reference leads. */
export interface Place {
  host: string;
  port: number;
}

/** @returns whether `text` is of these characters only, and is something. */
function isOf(text: string, characters: string): boolean {
  for (let i = 0; i < text.length; i++) if (characters.indexOf(text.charAt(i)) < 0) return false;
  return text.length > 0;
}

/** @returns whether `host` can be one. @param isBracketed an IPv6 address. */
function isHost(host: string, isBracketed: boolean): boolean {
  return isBracketed ? host.indexOf(':') >= 0 && isOf(host, HEX + ':.') : isOf(host, LETTERS + '-._');
}

/** @param text empty, or a port behind its colon. @returns the port, `otherwise` where there is none; 0: it is none. */
function preparePort(text: string, otherwise: number): number {
  if (text.length === 0) return otherwise;
  const digits = text.slice(1);
  const isPort = text.charAt(0) === ':' && digits.length <= 5 && isOf(digits, DIGITS) && +digits <= PORT_MAX;
  return isPort ? +digits : 0;
}

/**
 * Read a server reference: `host`, `host:port`, `[IPv6]`, `[IPv6]:port`. It allocates: brokers send on now and then, not in steady state.
 * @param otherwise port where it names none. @returns whether it is one; else `out` is what it was.
 */
export function prepareReference(text: string, otherwise: number, out: Place): boolean {
  const isBracketed = text.charAt(0) === '[';
  const close = text.indexOf(isBracketed ? ']' : ':');
  const end = close < 0 ? text.length : close;
  const host = text.slice(isBracketed ? 1 : 0, end);
  const port = preparePort(text.slice(isBracketed ? end + 1 : end), otherwise);
  if ((isBracketed && close < 0) || port === 0 || !isHost(host, isBracketed)) return false;
  out.host = host;
  out.port = port;
  return true;
}

export interface Guide {
  /** Where to go in the place of the first broker, if it `leads`. */
  readonly to: Place;
  /** A connection is about to be opened. @param isFirst to the first broker. @returns whether it goes to `to` in its place. */
  leads(isFirst: boolean): boolean;
  /** The broker named servers: a list with spaces between. */
  name(list: string): void;
  /**
   * A connection ended, or was none. @param why with the reason codes of CONNACK, too. @param hadSession it had a session.
   * @returns whether to go to `to` at once: nobody comes along who was told at the same time.
   */
  end(why: Close, hadSession: boolean): boolean;
  /** A session has proved the way. */
  settle(): void;
  /** Go where the options say. */
  forget(): void;
}

/** Start-up only. @param port of the first broker, where a reference names none. */
export function createGuide(log: Log, port: number): Guide {
  const to: Place = { host: '', port: 0 };
  let named = '';
  /** There is a place to go to; once only. */
  let isSet = false;
  let isOnce = false;
  /** It was not reached: where the options lead is tried in turn. */
  let isSkipped = false;
  /** The present connection is to it. */
  let isThere = false;
  let hops = 0;

  /** The connection to it is over. */
  function leave(): void {
    if (isThere && isOnce) isSet = false;
    isThere = false;
  }

  function leads(isFirst: boolean): boolean {
    leave();
    named = '';
    isThere = isSet && isFirst && !isSkipped;
    if (isFirst) isSkipped = false;
    return isThere;
  }

  /** @returns whether one of those that were named can be gone to; then it stands in `to`. */
  function prepareNext(): boolean {
    const list = named.split(' ');
    for (let i = 0; i < list.length; i++) if (prepareReference(list[i], port, to)) return true;
    return false;
  }

  function judge(isMove: boolean): Server {
    if (hops >= HOPS_MAX) return Server.Circle;
    if (!prepareNext()) return Server.Unreadable;
    return isMove ? Server.Moved : Server.Once;
  }

  function end(why: Close, hadSession: boolean): boolean {
    if (isThere) isSkipped = !hadSession;
    leave();
    if (why !== Close.UseAnotherServer && why !== Close.ServerMoved) return false;
    const what = judge(why === Close.ServerMoved);
    if (LOG) log.write(Event.ServerNamed, what);
    if (what > Server.Moved) {
      if (what === Server.Circle) forget();
      return false;
    }
    hops++;
    isSet = true;
    isOnce = what === Server.Once;
    isSkipped = false;
    return !hadSession;
  }

  function forget(): void {
    isSet = false;
    hops = 0;
  }

  return {
    to,
    leads,
    end,
    forget,
    name(list) {
      named = list;
    },
    settle() {
      hops = 0;
    },
  };
}
