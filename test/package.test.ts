// What is published and what it brings along.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OLDEST_NODE } from '../flash/doctor/look.ts';

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as unknown;

interface Locked {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
}

describe('the package', () => {
  it('brings at most 120 packages along', () => {
    const { packages } = json('package-lock.json') as { packages: Record<string, Locked> };
    // Of those for one system or another a machine has one: all are counted but what is for another system only.
    const atRunTime = Object.entries(packages).filter(
      ([name, { dev, devOptional }]) => name !== '' && dev !== true && devOptional !== true,
    );
    const installed = atRunTime.filter(([, { optional }]) => optional !== true);
    expect(installed.length).toBeGreaterThan(50);
    expect(installed.length).toBeLessThanOrEqual(120);
  });

  it('is called by its own name: it has one bin', () => {
    expect(Object.keys((json('package.json') as { bin: object }).bin)).toEqual(['mote']);
  });

  it('asks for the Node that its command and what it brings along ask for', () => {
    const { engines } = json('package.json') as { engines: { node: string } };
    expect(engines.node).toBe(`>=${OLDEST_NODE}`);
    expect(json('node_modules/@clack/prompts/package.json')).toMatchObject({
      engines: { node: `>= ${OLDEST_NODE}.0` },
    });
    expect(readFileSync('flash/mote.ts', 'utf8')).toContain(`OLDEST_NODE = '${OLDEST_NODE}'`);
    expect(readFileSync('docs/getting-started.md', 'utf8')).toContain(`Node ${OLDEST_NODE} or newer`);
  });

  it('names in its exports what is there', () => {
    const { exports } = json('package.json') as { exports: Record<string, string | Record<string, string>> };
    const files = Object.values(exports).flatMap((one) =>
      typeof one === 'string' ? [one] : Object.values(one),
    );
    for (const file of files.filter((one) => !one.includes('*'))) {
      expect(() => readFileSync(file), file).not.toThrow();
    }
  });

  it('cannot be packed or published from the repository by mistake', () => {
    expect(json('package.json')).toMatchObject({ private: true });
    let message = '';
    try {
      execFileSync('npm', ['pack', '--dry-run'], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
    } catch (error) {
      message = String((error as { stderr: string }).stderr);
    }
    expect(message).toMatch(/error: what is published is in out\/package/);
  });
});
