// What goes out of a sensor: which of its channels, under which name, and what is done to each value on its way. The steps
// of that way are in stages/, the payloads in formats/.

import type { Clock } from '../ports/clock.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta } from '../ports/reading.ts';

/** One step between a sample and a message. */
export interface Stage {
  /** What the channel is behind this step. */
  readonly channel: ChannelMeta;
  /**
   * Take a value, a scaled integer of the channel before this step; never NO_VALUE.
   * @param now clock time of the sample. @returns the value that goes on; NO_VALUE when none does this time.
   */
  take(value: number, now: number): number;
  /** The value that it let through last was not accepted: forget that it was. */
  refuse?(): void;
}

/** Make a step for a channel, at start-up. @returns null where that channel cannot have it. */
export type CreateStage = (channel: ChannelMeta) => Stage | null;

/** One channel of a sensor that is published. */
export interface ChannelOptions {
  /** Key of the driver's channel. */
  readonly key: string;
  /** What it is called in topics and payloads; default: its key. Small letters, digits, hyphen. */
  readonly name?: string;
  /** What its values go through, in this order; default: nothing. */
  readonly stages?: readonly CreateStage[];
}

/** A channel that is ready to be published. */
export interface Channel {
  /** Its place in the readings. */
  readonly at: number;
  readonly name: string;
  /** What it is behind all steps. */
  readonly meta: ChannelMeta;
  /** @returns what is to be published of a value; NO_VALUE: nothing. */
  take(value: number, now: number): number;
  /** What `take` said last was not accepted. */
  refuse(): void;
}

/** What a format knows of the sensor that it writes for. */
export interface FormatContext {
  readonly id: string;
  readonly sensor: string;
  readonly channels: readonly Channel[];
  /** Each payload says when its values were taken. */
  readonly hasTime: boolean;
  readonly clock: Clock;
}

const NAME_CHARS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-';

/** Index of the driver's channel with this key, or -1. */
function placeOf(key: string, channels: readonly ChannelMeta[]): number {
  for (let i = 0; i < channels.length; i++) if (channels[i].key === key) return i;
  return -1;
}

/** @returns whether a name can stand in topics, payloads and identifiers as it is: letters, digits, hyphen. */
export function isName(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    if (NAME_CHARS.indexOf(name.charAt(i)) < 0) return false;
  }
  return name.length > 0;
}

function prepareChannel(at: number, meta: ChannelMeta, options: ChannelOptions): Channel | null {
  const stages: Stage[] = [];
  const wanted = options.stages === undefined ? [] : options.stages;
  for (let i = 0; i < wanted.length; i++) {
    const stage = wanted[i](meta);
    if (stage === null) return null;
    stages.push(stage);
    meta = stage.channel;
  }

  function take(value: number, now: number): number {
    for (let i = 0; i < stages.length && value !== NO_VALUE; i++) value = stages[i].take(value, now);
    return value;
  }

  function refuse(): void {
    for (let i = 0; i < stages.length; i++) if (stages[i].refuse !== undefined) stages[i].refuse!();
  }

  return { at, name: options.name === undefined ? options.key : options.name, meta, take, refuse };
}

/** Payloads say the time under this name; and this is the topic of a sensor's presence. */
const RESERVED = ['time', 'status'];

function isTaken(name: string, channels: readonly Channel[]): boolean {
  for (let i = 0; i < channels.length; i++) if (channels[i].name === name) return true;
  return RESERVED.indexOf(name) >= 0;
}

/**
 * @param channels of the driver. @param wanted which of them go out and how; left out: all, as they are.
 * @returns null when there is no such channel, one cannot have a step, or a name is impossible or there already.
 */
export function prepareChannels(
  channels: readonly ChannelMeta[],
  wanted?: readonly ChannelOptions[],
): Channel[] | null {
  const prepared: Channel[] = [];
  const list: readonly ChannelOptions[] = wanted === undefined ? channels : wanted;
  for (let i = 0; i < list.length; i++) {
    const at = placeOf(list[i].key, channels);
    const channel = at < 0 ? null : prepareChannel(at, channels[at], list[i]);
    if (channel === null || !isName(channel.name) || isTaken(channel.name, prepared)) return null;
    prepared.push(channel);
  }
  return prepared;
}
