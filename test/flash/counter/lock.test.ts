// Time is real here: owners are processes.

import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../../flash/counter/lock.ts';
import { identify, isAlive } from '../../../flash/counter/process.ts';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import { stateDirectory } from './program.ts';

const sleepers: ChildProcess[] = [];
afterEach(() => {
  for (const child of sleepers.splice(0)) child.kill('SIGKILL');
});

function sleeper(): ChildProcess {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  sleepers.push(child);
  return child;
}

const gone = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));
const locks = (directory: string) => readdirSync(directory).filter((name) => name.startsWith('lock'));

function lockBy(directory: string, number: number, owner: object): void {
  writeFileSync(join(directory, `lock.${number}`), JSON.stringify(owner));
}

async function dead() {
  const child = sleeper();
  const id = identify(child.pid!);
  const ended = gone(child);
  child.kill('SIGKILL');
  await ended;
  return id;
}

describe('acquireLock', () => {
  it('takes a free directory and names its owner', async () => {
    const directory = stateDirectory();
    await acquireLock(directory);
    expect(locks(directory)).toEqual(['lock.1']);
    const { program } = JSON.parse(readFileSync(join(directory, 'lock.1'), 'utf8')) as {
      program: { pid: number };
    };
    expect(program.pid).toBe(process.pid);
  });

  it('takes over from a dead owner at once', async () => {
    const directory = stateDirectory();
    lockBy(directory, 7, { program: await dead() });
    const since = performance.now();
    await acquireLock(directory);
    expect(performance.now() - since).toBeLessThan(2000);
    expect(locks(directory)).toEqual(['lock.8']);
  });

  it('knows that a number was given again to another process', async () => {
    const directory = stateDirectory();
    lockBy(directory, 1, { program: { pid: process.pid, started: '1' } });
    await acquireLock(directory);
    expect(locks(directory)).toEqual(['lock.2']);
  });

  it('takes a file that names nobody for nobody', async () => {
    const directory = stateDirectory();
    writeFileSync(join(directory, 'lock.3'), '');
    await acquireLock(directory);
    expect(locks(directory)).toEqual(['lock.4']);
  });

  it('waits for an owner that ends', async () => {
    const directory = stateDirectory();
    const owner = sleeper();
    lockBy(directory, 1, { program: identify(owner.pid!) });
    const taken = acquireLock(directory);
    setTimeout(() => owner.kill('SIGKILL'), 500);
    const since = performance.now();
    await taken;
    expect(performance.now() - since).toBeGreaterThan(400);
    expect(locks(directory)).toEqual(['lock.2']);
  });

  it('gives up after five seconds and says who is there', async () => {
    const directory = stateDirectory();
    const owner = sleeper();
    lockBy(directory, 1, { program: identify(owner.pid!) });
    const since = performance.now();
    const error = await acquireLock(directory).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MoteError);
    expect((error as MoteError).exitCode).toBe(ExitCode.Environment);
    expect((error as MoteError).message).toContain(`in use by process ${owner.pid}`);
    expect(performance.now() - since).toBeGreaterThan(4900);
    expect(locks(directory)).toEqual(['lock.1']);
  });

  it('ends the engine that a dead owner left behind', async () => {
    const directory = stateDirectory();
    const engine = sleeper();
    lockBy(directory, 1, { program: await dead(), engine: identify(engine.pid!) });
    const ended = gone(engine);
    await acquireLock(directory);
    await ended;
    expect(engine.signalCode).toBe('SIGKILL');
  });

  it('does no harm to a process that has the number of an engine that is gone', async () => {
    const directory = stateDirectory();
    const stranger = sleeper();
    lockBy(directory, 1, { program: await dead(), engine: { pid: stranger.pid!, started: '1' } });
    await acquireLock(directory);
    expect(isAlive(identify(stranger.pid!))).toBe(true);
  });

  it('names an engine later', async () => {
    const directory = stateDirectory();
    const lock = await acquireLock(directory);
    const engine = sleeper();
    lock.setEngine(engine.pid!);
    expect(JSON.parse(readFileSync(join(directory, 'lock.1'), 'utf8'))).toEqual({
      program: identify(process.pid),
      engine: identify(engine.pid!),
    });
    expect(locks(directory)).toEqual(['lock.1']);
  });

  it('lets one of many in', async () => {
    const directory = stateDirectory();
    lockBy(directory, 5, { program: await dead() });
    const take = `
      const { acquireLock } = await import(${JSON.stringify(new URL('../../../dist/flash/counter/lock.js', import.meta.url).href)});
      acquireLock(process.argv[1]).then(() => console.log('in'), () => console.log('out'));
      setTimeout(() => {}, 20_000);`;
    const said: string[] = [];
    const contenders = Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', take, directory], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      sleepers.push(child);
      return new Promise<void>((resolve) => {
        child.stdout.on('data', (word) => {
          said.push(String(word).trim());
          resolve();
        });
        child.once('exit', () => resolve());
      });
    });
    await Promise.all(contenders);
    expect(said.sort()).toEqual(['in', 'out', 'out', 'out']);
    expect(locks(directory)).toEqual(['lock.6']);
  });
});

describe('isAlive', () => {
  it('takes a process that has ended for dead, also before its parent has noticed', async () => {
    // A shell that starts a child, tells its number, and never waits for it.
    const shell = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    sleepers.push(shell);
    const pid = await new Promise<number>((resolve) => {
      shell.stdout.once('data', (text) => resolve(Number(String(text))));
    });
    const id = identify(pid);
    while (isAlive(id)) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toMatch(/\) Z /);
  });

  it('takes this process for alive and a number that nobody has for dead', () => {
    expect(isAlive(identify(process.pid))).toBe(true);
    expect(isAlive({ pid: 4_100_000, started: '' })).toBe(false);
  });
});
