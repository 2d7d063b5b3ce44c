// What a firmware will say to its broker, as far as its source and settings tell: how it connects, and what it publishes where. It
// looks for calls of Mote's own functions; what a program puts together at run time is not in here.

import { basename } from 'node:path';
import ts from 'typescript';
import type { Compiled } from './compile.ts';
import { createConstants, type Constants, type Value } from './constants.ts';
import { FEATURES_FILE, isOn } from './features.ts';
import { isOwnSource } from './firmware.ts';
import { visitLiveCalls } from './live.ts';

/** One kind of message. What is unknown or surely absent is undefined. */
export interface Publish {
  /** What it is, in a person's words. */
  readonly what: string;
  readonly at: ts.Node;
  /** A topic that it surely has; of those that end in a driver's channel the shortest that there can be. */
  readonly topic: string | undefined;
  readonly qos: Value | undefined;
  readonly retain: Value | undefined;
  readonly payloadBytes: Value | undefined;
  /** What it goes through; undefined: any that there is. */
  readonly connection: Connection | undefined;
}

export interface Subscribe {
  readonly at: ts.Node;
  readonly qos: Value | undefined;
}

/** One call of startMote or openMqtt. Members that are undefined are surely not there. */
export interface Connection {
  readonly at: ts.Node;
  readonly clientId: Value | undefined;
  readonly keepAliveSec: Value | undefined;
  readonly port: Value | undefined;
  readonly tls: Value | undefined;
  /** Home Assistant and others are told of the mote. */
  readonly discovery: Value | undefined;
}

export interface Traffic {
  readonly connections: readonly Connection[];
  readonly publishes: readonly Publish[];
  readonly subscribes: readonly Subscribe[];
}

interface Collected {
  readonly connections: Connection[];
  readonly publishes: Publish[];
  readonly subscribes: Subscribe[];
}

/** Stands for a channel whose name only its driver knows: no name is shorter. */
const SOME_CHANNEL = 'c';
/** The option, of a broker or of openMqtt, that has connections encrypted. */
export const TLS = 'encryptedButUnverified';
/** QoS of a sensor that says none, and of one that is about the mote itself. */
const SENSOR_QOS = 1;

export function textOf(value: Value | undefined): string | undefined {
  return value?.kind === 'known' && typeof value.value === 'string' ? value.value : undefined;
}

export function numberOf(value: Value | undefined): number | undefined {
  return value?.kind === 'known' && typeof value.value === 'number' ? value.value : undefined;
}

/** @returns whether a value is surely there and true. */
export function isTrue(value: Value | undefined): boolean {
  return value?.kind === 'known' && value.value === true;
}

/** @returns whether a value is surely not there, or as good as not there. */
export function isAbsent(value: Value | undefined): boolean {
  return value === undefined || (value.kind === 'known' && !value.value);
}

const known = (value: unknown, at: ts.Node): Value => ({ kind: 'known', value, at });

/** What `startMote` publishes. */
function collectMote(
  constants: Constants,
  options: Value,
  connection: Connection,
  hasStatus: boolean,
): Publish[] {
  const { at } = connection;
  const id = textOf(constants.member(options, 'id'));
  const under = (...parts: readonly (string | undefined)[]) =>
    id === undefined || parts.includes(undefined) ? undefined : [id, ...parts].join('/');
  const status = (topic: string | undefined, what: string): Publish => ({
    what,
    at,
    topic,
    qos: known(0, at),
    retain: known(true, at),
    payloadBytes: undefined,
    connection,
  });
  const publishes: Publish[] = [];
  if (hasStatus) {
    publishes.push({ ...status(under('status'), 'the will'), qos: known(1, at) });
  }
  const sensors = constants.member(options, 'sensors');
  for (const sensor of (sensors && constants.items(sensors)) ?? []) {
    const name = textOf(constants.member(sensor, 'name'));
    const qos = constants.member(sensor, 'qos') ?? known(SENSOR_QOS, sensor.at);
    const retain = constants.member(sensor, 'retain');
    const what = name === undefined ? 'a sensor' : `sensor "${name}"`;
    for (const channel of channelsOf(constants, sensor)) {
      publishes.push({
        what,
        at: sensor.at,
        topic: under(name, channel),
        qos,
        retain,
        payloadBytes: undefined,
        connection,
      });
    }
    if (hasStatus) publishes.push(status(under(name, 'status'), `the status of ${what}`));
  }
  return publishes;
}

/** @returns the last parts of a sensor's topics, as far as they are known. */
function channelsOf(constants: Constants, sensor: Value): string[] {
  const channels = constants.member(sensor, 'channels');
  const items = channels && constants.items(channels);
  if (items === undefined) return [SOME_CHANNEL];
  return items.map((channel) => {
    const name = constants.member(channel, 'name') ?? constants.member(channel, 'key');
    return textOf(name) ?? SOME_CHANNEL;
  });
}

/** @returns what the will of `openMqtt` publishes. */
function collectWill(constants: Constants, connect: Value, connection: Connection): Publish[] {
  const will = constants.member(connect, 'will');
  if (will === undefined || isAbsent(will)) return [];
  return [
    {
      what: 'the will',
      at: will.at,
      topic: textOf(constants.member(will, 'topic')),
      qos: constants.member(will, 'qos'),
      retain: constants.member(will, 'retain'),
      payloadBytes: undefined,
      connection,
    },
  ];
}

/** A call of one of Mote's functions. */
interface Call {
  readonly constants: Constants;
  readonly at: ts.CallExpression;
  readonly hasStatus: boolean;
  argument(index: number): Value | undefined;
}

function onStartMote({ constants, at, hasStatus }: Call, options: Value | undefined, into: Collected): void {
  if (options === undefined) return;
  const broker = constants.member(options, 'broker') ?? options;
  const connection: Connection = {
    at,
    clientId: constants.member(options, 'id'),
    keepAliveSec: constants.member(broker, 'keepAliveSec'),
    port: constants.member(broker, 'port'),
    tls: constants.member(broker, TLS),
    discovery: constants.member(options, 'discovery'),
  };
  into.connections.push(connection);
  into.publishes.push(...collectMote(constants, options, connection, hasStatus));
}

function onOpenMqtt({ constants, at, hasStatus, argument }: Call, into: Collected): void {
  const options = argument(0);
  if (options === undefined) return;
  const connect = constants.member(options, 'connect') ?? options;
  const connection: Connection = {
    at,
    clientId: constants.member(connect, 'clientId'),
    keepAliveSec: constants.member(connect, 'keepAliveSec'),
    port: constants.member(options, 'port'),
    tls: constants.member(options, TLS),
    discovery: undefined,
  };
  into.connections.push(connection);
  // Without AUTH there is no will.
  if (hasStatus) into.publishes.push(...collectWill(constants, connect, connection));
}

/** What each function tells, by the file that declares it and its name. */
const CALLS: Readonly<Record<string, (call: Call, into: Collected) => void>> = {
  'espruino.ts startMote': (call, into) => onStartMote(call, call.argument(0), into),
  // With ports of one's own.
  'mote.ts startMote': (call, into) => onStartMote(call, call.argument(1), into),
  'espruino.ts openMqtt': onOpenMqtt,
  'packet-writer.ts topic': ({ at, argument }, { publishes }) =>
    void publishes.push({
      what: 'this topic',
      at,
      topic: textOf(argument(0)),
      qos: argument(1) ?? known(0, at),
      retain: argument(2),
      payloadBytes: undefined,
      connection: undefined,
    }),
  'client.ts stream': ({ at, argument }, { publishes }) =>
    void publishes.push({
      what: 'this message',
      at,
      topic: undefined,
      qos: undefined,
      retain: undefined,
      payloadBytes: argument(1),
      connection: undefined,
    }),
  'client.ts subscription': ({ at, argument }, { subscribes }) =>
    void subscribes.push({ at, qos: argument(1) }),
};

function collectCall(constants: Constants, at: ts.CallExpression, into: Collected, hasStatus: boolean): void {
  const callee = ts.isPropertyAccessExpression(at.expression) ? at.expression.name : at.expression;
  if (!ts.isIdentifier(callee)) return;
  const declaration = constants.declarationOf(callee);
  const file = declaration?.getSourceFile().fileName;
  if (declaration === undefined || file === undefined || !isOwnSource(file)) return;
  const name = ts.getNameOfDeclaration(declaration)?.getText() ?? '';
  const argument = (index: number) => {
    const node = at.arguments[index];
    return node === undefined ? undefined : constants.of(node);
  };
  CALLS[`${basename(file)} ${name}`]?.({ constants, at, hasStatus, argument }, into);
}

/** @param folder of the firmware. */
export function collectTraffic(compiled: Compiled, folder: string): Traffic {
  const constants = createConstants(compiled, folder);
  const collected: Collected = { connections: [], publishes: [], subscribes: [] };
  const hasStatus = isOn(compiled.read(FEATURES_FILE) ?? '', 'AUTH');
  const sources = compiled.program
    .getSourceFiles()
    .filter((source) => !source.isDeclarationFile && !isOwnSource(source.fileName));
  visitLiveCalls(sources, constants, (call) => collectCall(constants, call, collected, hasStatus));
  return collected;
}
