// What happens to a client: a scenario with all that can happen without a cut, and what follows a cut.

import type { SeededRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { list } from './bench.ts';
import { judgeStory, type Story } from './client-story.ts';
import { isInboxDone, offer, WINDOW } from './client-inbox.ts';
import { createWorld, type OnOperation, type World, type WorldOptions } from './client-world.ts';

/** Chance that the broker has forgotten the session when a client connects. */
const LOST = 0.15;
/** Steps in which a client that subscribes has to do with messages to it. */
const INBOUND = 0.6;
/** Rounds in which everything that fits into the flash is over. */
const ROUNDS = 100;

function publishOne(world: World, random: SeededRandom): void {
  const { story } = world;
  const length = random.integer(8, random.chance(0.3) ? 150 : 40);
  const payload = `m${story.life}.${story.named++} `.padEnd(length, 'abcdefghij');
  world.publish(payload, random.chance(0.4) ? 2 : 1);
}

/** All that waits is sent, and answered in order. */
function finishAll(world: World): void {
  for (let i = 0; i < ROUNDS; i++) {
    world.tick();
    world.flush();
    const { due, inbox } = world.story;
    if (due.length > 0) {
      world.answer(due);
    } else if (isInboxDone(inbox)) {
      return;
    } else if (inbox.asked.length + inbox.publishes.length + inbox.releases.length > 0) {
      world.grant();
      world.send(inbox.publishes.length, inbox.releases.length);
    } else {
      // Where there was no room to forget an identifier, PUBREL has to come again.
      world.drop();
      world.connect(false);
    }
  }
}

/** Somebody publishes to the client. */
function offerSome({ story }: World, random: SeededRandom, count: number): void {
  for (let i = 0; i < count; i++) offer(story.inbox, random.integer(4, random.chance(0.2) ? 120 : 20));
}

/** What can happen to messages to the client. */
function stepInbox(play: Play): void {
  const { world, random } = play;
  const draw = random.next();
  world.grant();
  if (random.chance(play.isHeld ? 0.1 : 0.06)) play.isHeld = !play.isHeld;
  if (draw < 0.4) offerSome(world, random, random.integer(1, play.isHeld ? 6 : 3));
  else if (draw < 0.6) world.flush();
  else world.send(random.integer(0, 3), play.isHeld ? 0 : random.integer(0, 3));
}

/** Answers in order, or from one on whose turn it is not. */
function answerSome(world: World, random: SeededRandom): void {
  world.flush();
  const { due } = world.story;
  if (due.length === 0) return;
  const at = random.chance(0.3) ? random.integer(0, due.length - 1) : 0;
  const count = random.chance(0.5) ? 1 : random.integer(1, 3);
  world.answer(due.slice(at, at + count));
}

/** A scenario that is being played. */
export interface Play {
  world: World;
  /** The broker answers nothing at the moment. */
  isLate: boolean;
  /** The broker sends no PUBREL at the moment, so that exchanges pile up. */
  isHeld: boolean;
  readonly isSubscribed: boolean;
  /** @returns the client after a reboot. */
  readonly boot: () => World;
  readonly random: SeededRandom;
}

/** One thing that happens to a client with messages in flight. */
function stepMany(play: Play): void {
  const { world, random } = play;
  if (play.isSubscribed && random.chance(INBOUND)) return stepInbox(play);
  const draw = random.next();
  if (random.chance(play.isLate ? 0.2 : 0.06)) play.isLate = !play.isLate;
  if (draw < 0.06) {
    world.drop();
    if (random.chance(0.5)) publishOne(world, random);
    world.connect(random.chance(LOST));
  } else if (draw < 0.45) publishOne(world, random);
  else if (draw < 0.6 || play.isLate) world.flush();
  else answerSome(world, random);
}

/** One message, to its end, also where its connection breaks. */
function stepOne({ world, random, isSubscribed }: Play): void {
  if (isSubscribed && random.chance(INBOUND)) {
    offerSome(world, random, 1);
    if (random.chance(0.3)) world.send(1, 0);
  } else {
    publishOne(world, random);
  }
  if (random.chance(0.15)) {
    if (random.chance(0.5)) answerSome(world, random);
    world.drop();
    world.connect(random.chance(LOST));
  }
  finishAll(world);
}

/** Play a scenario of `steps` steps to its end. Throws when the client does what it must not. */
export function playAll(
  boot: () => World,
  random: SeededRandom,
  steps: number,
  { isSerial, isSubscribed }: WorldOptions,
): void {
  const play: Play = { world: boot(), isLate: false, isHeld: false, isSubscribed, boot, random };
  play.world.connect(false);
  for (let i = 0; i < steps; i++) {
    if (random.chance(0.05)) {
      play.world = boot();
      play.world.connect(random.chance(LOST));
    }
    if (isSerial) stepOne(play);
    else stepMany(play);
    if (random.chance(0.5)) play.world.tick();
  }
  judge(play.world);
}

/** All comes to its end, and nothing is wrong with it, or an error is thrown. */
function judge(world: World): void {
  finishAll(world);
  const { violations, strays } = world.client.counters();
  if (violations > 0 || strays > world.releasedAgain()) {
    throw new Error(`the client counts ${violations} violations, ${strays} strays`);
  }
  const { unsure, torn } = world.story;
  // On parts with ECC what was never accepted may read as a message at one look, and not at the next; nothing settles that.
  const isEither = (payload: string) => world.region.ecc && torn.has(payload);
  const left = list(world.outbox).filter(({ payload }) => !isEither(payload)).length;
  // What reads as either each time may be counted, and not be found.
  const counted = world.outbox.count();
  if (left > 0 || counted > unsure.size + torn.size) {
    throw new Error(`${left} messages are left, ${counted} are counted`);
  }
  const wrong = judgeStory(world.story);
  if (wrong !== undefined) throw new Error(wrong);
}

/** What becomes of a client that starts after a cut: from there on all goes well. Throws when something is wrong. */
export function goOn(
  nor: Nor,
  story: Story,
  options: WorldOptions,
  random: SeededRandom,
  onOperation: OnOperation,
): void {
  const { isSerial, isSubscribed } = options;
  const world = createWorld(nor, story, options, random, onOperation);
  if (!isSerial && random.chance(0.5)) publishOne(world, random);
  world.connect(random.chance(LOST));
  if (isSerial) finishAll(world);
  else answerSome(world, random);
  const isOffered = isSubscribed && random.chance(0.7);
  if (isOffered) {
    world.grant();
    offerSome(world, random, 1);
    if (isSerial) finishAll(world);
    else world.send(random.integer(0, 4), random.integer(0, 4));
  }
  for (let i = 0; i < 2; i++) {
    publishOne(world, random);
    if (isOffered) offerSome(world, random, 2);
    if (isSerial) finishAll(world);
  }
  judge(world);
  if (isSubscribed && random.chance(0.3)) {
    const again = createWorld(nor, story, options, random, onOperation);
    again.connect(random.chance(LOST));
    finishAll(again);
    // Each identifier comes again.
    offerSome(again, random, isSerial ? 2 : WINDOW);
    if (random.chance(0.5)) {
      // And all that was published is lost on the way.
      again.drop();
      again.connect(false);
    }
    judge(again);
  }
}
