// A mote built without console and logins: it has no will and says nothing of who is there; its readings go out as ever.
import { expect, it, vi } from 'vitest';

vi.mock('../src/features.ts', async (original) => ({
  ...(await original<object>()),
  LOG: false,
  AUTH: false,
}));

const { createHomeAssistant } = await import('../src/telemetry/discovery/home-assistant.ts');
const { createChip } = await import('./power/bench.ts');
const { boot, createDriver } = await import('./parts/world.ts');
const { createFlash, createRig } = await import('./parts/commands/rig.ts');
const { Code } = await import('../src/ports/codes.ts');
const { createSigning } = await import('../src/signing/signer.ts');
const { WakeCause } = await import('../src/ports/power.ts');

const REGION = { pages: 4, pageBytes: 4096, unit: 4, ecc: false };

it('sends its readings, and tells Home Assistant of no topic where nobody says who is there', () => {
  const world = boot(createChip(REGION), REGION, {
    parts: [],
    over: {
      discovery: createHomeAssistant(),
      sensors: [
        { name: 's', driver: createDriver(), intervalMs: 1000 },
        { name: 'broken', driver: { ...createDriver(), start: () => -1 }, intervalMs: 1000 },
      ],
    },
  });
  world.online();
  world.pass(10_000);
  const of = (topic: string) => world.messages.filter((message) => message.topic === topic);
  expect(of('m/s/t').length).toBeGreaterThanOrEqual(9);
  expect(world.messages.filter(({ topic }) => topic.endsWith('/status'))).toEqual([]);
  const configs = world.messages.filter(({ topic }) => topic.startsWith('homeassistant/'));
  expect(configs).toHaveLength(2);
  for (const { payload } of configs) expect(JSON.parse(payload)).not.toHaveProperty('avty');
  // No will, and no login.
  expect(world.written[0]!.charCodeAt(9)).toBe(2);
  expect(world.log).toEqual([]);
});

it('does not run where it cannot sign, and says so to its firmware alone', () => {
  const signing = createSigning(null, { key: 'a key of more than sixteen bytes' });
  const world = boot(createChip(REGION), REGION, { parts: [], over: { signing } });
  expect(world.code).toBe(Code.BadOptions);
  world.listen();
  expect(world.messages).toEqual([]);
  expect(world.log).toEqual([]);
});

it('sleeps, and its broker is told only once what does not change', () => {
  const nor = createFlash();
  const brokers = new Map([['own:1883', 'up' as const]]);
  const wake = (cause: number) => {
    const sleep = { sendCount: 1, sendAgeMs: 0, backoff: {} };
    const mote = { discovery: createHomeAssistant() };
    const rig = createRig({ nor, cause, qos: 1, isPlain: true, sleep, mote }, brokers);
    rig.pass(60_000);
    expect(rig.asleep()).toBeGreaterThan(0);
    expect(rig.log).toEqual([]);
    return rig.said.map(({ topic }) => topic);
  };
  const configs = [WakeCause.PowerOn, WakeCause.Timer, WakeCause.Timer].map((cause) => {
    const topics = wake(cause);
    expect(topics).toContain('m/air/t');
    return topics.filter((topic) => topic.startsWith('homeassistant/')).length;
  });
  expect(configs).toEqual([2, 0, 0]);
});
