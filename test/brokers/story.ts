// The same story on every broker: a mote publishes, the broker is killed and comes back, the mote vanishes and comes back. Where
// brokers differ the story asks the profile, and holds the broker to it. `npm run test:brokers` keeps what it saw.

import { afterAll, afterEach, expect, it } from 'vitest';
import { eventText } from '../../flash/codes.ts';
import { Close, Event } from '../../src/ports/codes.ts';
import { keep, say, type Figures } from '../results.ts';
import { LOGIN, WRONG, type TestedBroker } from './broker.ts';
import { describeBroker } from './describe-broker.ts';
import { detailsOf, startCountingMote, startSessionMote, type Accepted, type Watched } from './mote.ts';
import { startObserver, type Observer, type ObserverOptions } from './observer.ts';

const INTERVAL_MS = 20;
/** What is said to be there at once is there by then, on a busy machine too. */
const SOON_MS = 15_000;
/** More than several waits between tries to connect, of brokers that listen before they are ready too. */
const BACK_MS = 45_000;
const POLL_MS = 5;
/** A broker that hangs is noticed 13 s after the last word. */
const HUNG_KEEP_ALIVE_SEC = 4;
/** Reason code of MQTT 5.0. */
const NOT_AUTHORIZED = 0x87;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, isSo: () => boolean, limitMs = SOON_MS): Promise<void> {
  const end = performance.now() + limitMs;
  while (!isSo()) {
    if (performance.now() > end) expect.fail(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Of messages in flight, where a broker says none (MQTT 5.0, 3.2.2.3.3). */
const NO_LIMIT = 65535;
/** `npm run test:brokers`. */
const IS_KEPT = process.env['BROKERS'] === 'keep';
/** How long a broker hangs: so that it is noticed, where there is time for it. */
const HANG_MS = IS_KEPT ? 20_000 : 500;

const countTo = (count: number) => Array.from({ length: count }, (_, index) => `{"value":${index + 1}}`);
const firsts = (payloads: readonly string[]) => [...new Set(payloads)];

/** @param version of MQTT: 5 in a build with V5. */
export function tellStory(broker: TestedBroker, version: 4 | 5 = 4): void {
  const { profile, behaviour } = broker;
  const name = version === 5 ? `${broker.name}, MQTT 5.0` : broker.name;
  describeBroker(broker, name, (stage) => {
    const figures: Record<string, number | string> = {};
    const motes: Watched[] = [];
    const observers: Observer[] = [];

    afterEach(async () => {
      for (const mote of motes.splice(0)) {
        mote.cutPower();
        expect(mote.versions.filter((said) => said !== version)).toEqual([]);
      }
      for (const observer of observers.splice(0)) await observer.close();
    });
    afterAll(() => {
      const all: Figures = {
        version: broker.version(),
        startMs: stage.startedMs,
        ...figures,
        ...(behaviour.keptBy === undefined ? {} : { keptBy: behaviour.keptBy }),
      };
      say(name, all);
      if (IS_KEPT) keep('brokers', name, all);
    });

    const opened = <T extends Watched>(mote: T): T => {
      motes.push(mote);
      return mote;
    };
    const observe = async (
      options: Omit<ObserverOptions, 'port' | 'login' | 'version'>,
    ): Promise<Observer> => {
      const observer = await startObserver({ port: stage.instance.port, login: LOGIN, version, ...options });
      observers.push(observer);
      return observer;
    };
    const counting = (
      id: string,
      sensors: Parameters<typeof startCountingMote>[0]['sensors'],
      folder = stage.folder(),
      keepAliveSec?: number,
    ) =>
      opened(
        startCountingMote({
          id,
          keepAliveSec,
          port: stage.instance.port,
          login: LOGIN,
          sensors,
          intervalMs: INTERVAL_MS,
          folder,
        }),
      );
    const sessionMote = (id: string, folder = stage.folder()) =>
      opened(startSessionMote({ id, port: stage.instance.port, login: LOGIN, filter: `${id}/set`, folder }));
    /** @returns what came of a topic, in order, as the observer has it or, where that is known to lack some, the broker. */
    const arrivals = (observer: Observer, topic: string, qos: number): readonly string[] =>
      (qos === 2 ? stage.instance.passedOn?.(topic) : undefined) ?? observer.on(topic);
    /** Sensors for each QoS above 0 that the broker has, named by it. */
    const reliable = ([1, 2] as const)
      .filter((qos) => qos <= profile.qosMax)
      .map((qos) => ({ name: `q${qos}`, qos }));

    it('carries readings in order to an observer with a session of its own', async () => {
      const id = 'plain';
      const observer = await observe({
        id: `${id}-eye`,
        filter: `${id}/#`,
        qos: profile.qosMax,
        keepSession: true,
      });
      const mote = counting(id, reliable);
      for (const { name, qos } of reliable) {
        const topic = `${id}/${name}/n`;
        await until(`50 readings on ${topic}`, () => arrivals(observer, topic, qos).length >= 50);
        expect(arrivals(observer, topic, qos).slice(0, 50)).toEqual(countTo(50));
        const ofQos = () => observer.messages.filter((message) => message.qos === qos).length;
        await until(`messages of QoS ${qos}`, () => ofQos() >= 40);
      }
      const { topicAliasMaximum = 0, receiveMaximum = NO_LIMIT } = mote.limits() as Record<string, number>;
      expect(mote.aliased() > 0).toBe(topicAliasMaximum > 0);
      if (version === 5) Object.assign(figures, { aliases: topicAliasMaximum, receiveMaximum });
    });

    it('may be killed and started again: the mote goes on by itself, and lost nothing that it had', async () => {
      const id = 'killed';
      const observer = await observe({
        id: `${id}-eye`,
        filter: `${id}/#`,
        qos: profile.qosMax,
        keepSession: true,
      });
      const mote = counting(id, reliable);
      await until('readings before the kill', () => observer.messages.length >= 50);
      await stage.instance.kill();
      // What came after its last breath is not in here: it has left.
      const taken = new Set<Accepted>(mote.taken);
      const before = mote.accepted.length;
      await until('readings while it is gone', () => mote.accepted.length >= before + 40);
      // An observer without its session is not sent what the broker took before it was back: so it comes first.
      if (!behaviour.sessionsSurvive) mote.setRoad(false);
      let from = performance.now();
      await stage.instance.start();
      figures['restartMs'] = Math.round(performance.now() - from);
      const observerIsBack = async () => {
        await until('the observer is back', () => observer.sessions.length >= 2, BACK_MS);
        expect(observer.sessions[1]).toBe(behaviour.sessionsSurvive);
      };
      if (!behaviour.sessionsSurvive) {
        await observerIsBack();
        await observer.publish(`${id}/marker`, 'subscribed', 1);
        await until('its subscription', () => observer.on(`${id}/marker`).length > 0);
        expect(mote.sessions.length).toBe(1);
        from = performance.now();
        mote.setRoad(true);
      }
      await until('the mote is back', () => mote.sessions.length === 2, BACK_MS);
      figures['moteBackMs'] = Math.round(performance.now() - from);
      await observerIsBack();
      // What waited is there, and much of it: else all could be excused.
      expect(mote.accepted.filter((message) => !taken.has(message)).length).toBeGreaterThanOrEqual(40);
      const arrived = (message: Accepted) =>
        has(observer, message) || stage.instance.passedOn?.(message.topic).includes(message.payload) === true;
      const expected = [...mote.accepted];
      await until(
        'what waited has come',
        () => expected.every((message) => mote.taken.includes(message)),
        BACK_MS,
      );
      const later = mote.accepted.length;
      await until('it goes on', () => has(observer, mote.accepted[later + 10]), BACK_MS);
      // A broker that forgets what it said it has is no fault of the mote's; it is told in the docs.
      const unexplained = () => expected.filter((message) => !arrived(message) && !taken.has(message));
      await until('the last of what waited', () => unexplained().length === 0, BACK_MS).catch(() => {});
      expect(unexplained()).toEqual([]);
      figures['lostByMote'] = unexplained().length;
      figures['lostByBroker'] = expected.filter((message) => !has(observer, message)).length;
      figures['acceptedWhileGone'] = mote.accepted.length - before;
      const repeated = (topic: string) => observer.on(topic).length - firsts(observer.on(topic)).length;
      for (const { name, qos } of reliable) figures[`repeatedQos${qos}`] = repeated(`${id}/${name}/n`);
    });

    it('may hang: nothing is lost, and of QoS 2 each comes once', async ({ skip }) => {
      if (stage.instance.hang === undefined) skip();
      const id = 'hung';
      const observer = await observe({
        id: `${id}-eye`,
        filter: `${id}/#`,
        qos: profile.qosMax,
        keepSession: true,
      });
      const mote = counting(id, reliable, stage.folder(), HUNG_KEEP_ALIVE_SEC);
      await until('readings before it', () => observer.messages.length >= 50);
      stage.instance.hang!(true);
      const before = mote.accepted.length;
      const connects = mote.versions.length;
      await pause(HANG_MS);
      stage.instance.hang!(false);
      // It takes more meanwhile.
      const expected = [...mote.accepted];
      expect(expected.length).toBeGreaterThan(before + 20);
      const missing = () => expected.filter((message) => !has(observer, message));
      // A broker that loses a session in it loses what it has said that it has: that is told in the docs.
      const unexplained = () => missing().filter((message) => !mote.taken.includes(message));
      const isDone = () => (behaviour.sessionsSurvive ? missing() : unexplained()).length === 0;
      await until('what waited has come', isDone, 2 * BACK_MS);
      // Where it took longer than a PINGRESP may, another connection was tried.
      if (IS_KEPT) expect(mote.versions.length).toBeGreaterThan(connects);
      const found = mote.sessions.slice(1);
      const isKept = found.every((isPresent) => isPresent);
      // Without QoS 2 it does not ask for a session that is kept.
      const asks = reliable.some(({ qos }) => qos === 2);
      if (behaviour.sessionsSurvive || !asks) expect(found).toEqual(found.map(() => asks));
      for (const { name, qos } of reliable) {
        const topic = `${id}/${name}/n`;
        const numbers = observer.on(topic);
        const each = firsts(numbers);
        const taken = mote.accepted
          .filter((message) => message.topic === topic)
          .map(({ payload }) => payload);
        expect(each).toEqual(taken.filter((payload) => each.includes(payload)));
        // A broker that has no session any more cannot know what came in it.
        if (qos === 2 && isKept) expect(numbers).toEqual(each);
      }
      figures['acceptedWhileHanging'] = expected.length - before;
      figures['lostByBrokerHanging'] = missing().length;
      if (asks) figures['sessionAfterHang'] = isKept ? 'present' : 'gone';
    });

    const { deniedTopic } = behaviour;
    it.runIf(version === 5 && deniedTopic !== undefined)(
      'says what it does not take: that leaves the outbox, and what is behind it goes on',
      async () => {
        const id = 'denied';
        const observer = await observe({ id: `${id}-eye`, filter: `${id}/#` });
        const mote = sessionMote(id);
        await until('a session', () => mote.sessions.length === 1);
        expect(mote.publish(deniedTopic!, 'x', 1)).toBe(0);
        expect(mote.publish(`${id}/marker`, 'y', 1)).toBe(0);
        await until('the marker', () => observer.on(`${id}/marker`).length > 0 && mote.waiting() === 0);
        expect(detailsOf(mote.console, Event.MessageRejected)).toEqual([1 * 256 + NOT_AUTHORIZED]);
        expect(mote.client.counters()).toMatchObject({ rejected: 1, delivered: 1 });
        expect(observer.on(deniedTopic!)).toEqual([]);
      },
    );

    it('keeps the session of a mote whose power goes, and what came for it meanwhile', async () => {
      const id = 'session';
      const folder = stage.folder();
      const first = sessionMote(id, folder);
      const sender = await observe({ id: `${id}-hand` });
      await until('a session', () => first.sessions.length === 1);
      expect(first.sessions).toEqual([false]);
      await until('its subscription', () => detailsOf(first.console, Event.Subscribed).length === 1);
      expect(detailsOf(first.console, Event.Subscribed)).toEqual([1]);
      await sender.publish(`${id}/set`, 'a', 1);
      await until('a message', () => first.received.length === 1);
      first.cutPower();
      motes.splice(motes.indexOf(first), 1);
      await sender.publish(`${id}/set`, 'b', 1);
      const second = sessionMote(id, folder);
      await until('what came meanwhile', () => second.received.includes('b'));
      expect(second.sessions).toEqual([profile.persistentSessions]);
      // A session of 5.0 begins with Clean Start, and a broker may note it with the first that changes when it is taken up again.
      for (const payload of ['b1', 'b2', 'b3']) await sender.publish(`${id}/set`, payload, 1);
      await until('these too', () => second.received.includes('b3'));
      const subscribed = () => detailsOf(second.console, Event.Subscribed).length;
      const before = subscribed();
      await stage.instance.kill();
      await stage.instance.start();
      await until('the session after the kill', () => second.sessions.length === 2, BACK_MS);
      expect(second.sessions[1]).toBe(behaviour.sessionsSurvive);
      figures['sessionAfterKill'] = second.sessions[1] ? 'present' : 'gone';
      if (!behaviour.sessionsSurvive) {
        await until('its subscription anew', () => subscribed() > before);
      }
      await until('the sender is back', () => sender.sessions.length >= 2, BACK_MS);
      await sender.publish(`${id}/set`, 'c', 1);
      await until('a message after the kill', () => second.received.includes('c'));
    });

    it.runIf(profile.qosMax === 2)(
      'takes a message of QoS 2 exactly once from a session that breaks in the middle of it',
      async () => {
        const id = 'exact';
        const topic = `${id}/out`;
        const observer = await observe({ id: `${id}-eye`, filter: topic, qos: 2 });
        const mote = sessionMote(id);
        await until('a session', () => mote.sessions.length === 1);
        mote.losePubrel();
        expect(mote.publish(topic, 'one', 2)).toBe(0);
        await until('the next session', () => mote.sessions.length === 2, BACK_MS);
        expect(mote.publish(topic, 'two', 2)).toBe(0);
        await until('both messages', () => observer.on(topic).includes('two') && mote.waiting() === 0);
        expect(observer.on(topic)).toEqual(['one', 'two']);
      },
    );

    it('says the will of a mote that vanishes, and keeps it for those who come later', async () => {
      const id = 'will';
      const topic = `${id}/status`;
      const observer = await observe({ id: `${id}-eye`, filter: topic });
      const folder = stage.folder();
      const first = counting(id, [{ name: 's', qos: 1 }], folder);
      await until('online', () => observer.on(topic).at(-1) === 'online');
      first.cutPower();
      motes.splice(motes.indexOf(first), 1);
      await until('offline', () => observer.on(topic).at(-1) === 'offline');
      const late = await observe({ id: `${id}-late`, filter: topic });
      await until('the retained will', () => late.messages.length === 1);
      expect(late.messages[0]).toMatchObject({ payload: 'offline', retain: true });
      counting(id, [{ name: 's', qos: 1 }], folder);
      await until('online again', () => observer.on(topic).at(-1) === 'online');
    });

    it('keeps retained readings for those who come later, also over a kill', async () => {
      const id = 'retained';
      const topic = `${id}/s/n`;
      const observer = await observe({ id: `${id}-eye`, filter: `${id}/#` });
      const mote = counting(id, [{ name: 's', qos: 1, retain: true }]);
      await until('readings', () => observer.on(topic).length >= 3);
      mote.cutPower();
      motes.splice(motes.indexOf(mote), 1);
      // Its last reading may still be on its way.
      await until('its will', () => observer.on(`${id}/status`).at(-1) === 'offline');
      const late = await observe({ id: `${id}-late`, filter: topic });
      await until('a retained reading', () => late.messages.length === 1);
      expect(late.messages[0]!.retain).toBe(true);
      await sawRetained(`${id}-wild`, `${id}/#`, topic);
      await new Promise((resolve) => setTimeout(resolve, behaviour.retainedWrittenMs));
      await stage.instance.kill();
      await stage.instance.start();
      const later = await observe({ id: `${id}-later`, filter: topic });
      await until('the same after the kill', () => later.messages.length >= 1);
      figures['retainedAfterKill'] = 'there';
    });

    /** Subscribe with wildcards, and see that retained messages come or do not, as the profile says. */
    async function sawRetained(id: string, filter: string, topic: string): Promise<void> {
      const wild = await observe({ id, filter });
      // What comes after it would have come after the retained ones.
      const marker = await observe({ id: `${id}-marker` });
      await marker.publish(filter.replace('#', 'marker'), 'x', 1);
      await until('a marker', () => wild.on(filter.replace('#', 'marker')).length === 1);
      expect(wild.on(topic).length > 0).toBe(profile.retainedByWildcard);
    }

    it('refuses a wrong password, and the mote says so', async () => {
      const mote = opened(
        startCountingMote({
          id: 'refused',
          port: stage.instance.port,
          login: WRONG,
          sensors: [{ name: 's', qos: 1 }],
          intervalMs: INTERVAL_MS,
          folder: stage.folder(),
        }),
      );
      await until('a refusal', () => mote.refusals.length > 0);
      const code = version === 5 ? behaviour.wrongLogin5 : behaviour.wrongLogin;
      expect(mote.refusals[0]).toBe(code);
      const why = code === 4 || code === 0x86 ? Close.BadLogin : Close.NotAuthorized;
      expect(detailsOf(mote.console, Event.LinkLost)[0]).toBe(why);
      expect(eventText(Event.LinkLost, why)).toMatch(/password/);
      figures['wrongLogin'] = `CONNACK ${mote.refusals[0]}`;
    });

    it.runIf(profile.beyondQos !== null)(
      `does with QoS ${profile.qosMax + 1} what its profile says: ${profile.beyondQos}`,
      async () => {
        const id = 'beyond';
        const topic = `${id}/out`;
        const observer = await observe({ id: `${id}-eye`, filter: topic });
        const mote = sessionMote(id);
        await until('a session', () => mote.sessions.length === 1);
        expect(mote.publish(topic, 'x', 2)).toBe(0);
        if (profile.beyondQos === 'closed') {
          await until('the connection is closed', () => detailsOf(mote.console, Event.LinkLost).length > 0);
          expect(detailsOf(mote.console, Event.LinkLost)[0]).toBe(Close.Peer);
        } else {
          // It says PUBACK where MQTT has PUBREC: the message is there, and the mote can never know, so it comes again and again.
          await until('the message comes twice', () => observer.messages.length > 1);
          expect(detailsOf(mote.console, Event.LinkLost)[0]).toBe(Close.ProtocolError);
          expect(mote.waiting()).toBe(1);
        }
        figures['beyondQos'] = profile.beyondQos!;
      },
    );

    /** Publish with QoS 0 to a topic, then a marker that is sure to come. @returns whether the first came too. */
    async function passes(id: string, topic: string): Promise<boolean> {
      const observer = await observe({ id: `${id}-eye`, filter: `${id}/#`, qos: 1 });
      const mote = sessionMote(id);
      await until('a session', () => mote.sessions.length === 1);
      expect(mote.publish(topic, 'x', 0)).toBe(0);
      expect(mote.publish(`${id}/marker`, 'y', 1)).toBe(0);
      await until('the marker', () => observer.on(`${id}/marker`).length > 0, BACK_MS);
      return observer.on(topic).length > 0;
    }

    // It is the same in both versions.
    const levels = version === 5 && !IS_KEPT ? null : profile.topicLevelsMax;
    it.runIf(levels !== null)(`takes topics of ${levels} levels, and no more`, async () => {
      const deep = (id: string, count: number) => [id, ...Array(count - 1).fill('l')].join('/');
      expect(await passes('deep', deep('deep', levels!))).toBe(true);
      expect(await passes('deeper', deep('deeper', levels! + 1))).toBe(false);
    });

    const bytes = profile.topicMaxBytes;
    it.runIf(bytes !== null)(`takes topics of ${bytes} bytes, and no more`, async () => {
      const long = (id: string, count: number) => `${id}/`.padEnd(count, 'l');
      expect(await passes('long', long('long', bytes!))).toBe(true);
      expect(await passes('longer', long('longer', bytes! + 1))).toBe(false);
    });

    it.runIf(profile.topicForbids !== null)(
      `does not carry topics with ${JSON.stringify(profile.topicForbids)} as they are`,
      async () => {
        for (const [index, character] of [...profile.topicForbids!].entries()) {
          const id = `odd${index}`;
          expect(await passes(id, `${id}/a${character}b`), JSON.stringify(character)).toBe(false);
        }
      },
    );
  });
}

function has(observer: Observer, message: Accepted | undefined): boolean {
  return (
    message !== undefined &&
    observer.messages.some(({ topic, payload }) => topic === message.topic && payload === message.payload)
  );
}
