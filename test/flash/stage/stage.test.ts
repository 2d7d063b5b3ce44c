// A mote on a stage. All of it in one file, since its firmware is built once a file.
import { beforeAll } from 'vitest';
import { testFaults } from './faults.ts';
import { firmware } from './fixture.ts';
import { testLife } from './life.ts';
import { testLive } from './live.ts';

beforeAll(async () => void (await firmware()), 120_000);

testFaults();
testLife();
testLive();
