// What the soak takes for a fault, and what not.

import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { createJudge } from '../../bench/soak/judge.ts';
import { createMemoryWatch, judgeMemory } from '../../bench/soak/memory.ts';
import { soakPage } from '../../bench/soak/page.ts';
import type { SoakFigures } from '../../bench/soak/page.ts';

/** @param story `=n` was accepted, `n` arrived. @returns what was wrong, step by step. */
function tell(story: string) {
  const judge = createJudge();
  const faults = story
    .split(' ')
    .map((step) => (step[0] === '=' ? judge.said(Number(step.slice(1))) : judge.arrived(Number(step))))
    .filter((fault) => fault !== '');
  return { faults, missing: judge.missing(), counts: judge.counts };
}

describe('the judge of a soak', () => {
  it('is content when everything arrives in order, also again', () => {
    const { faults, missing, counts } = tell('=1 1 =2 =3 2 3 2 3 =4 4');
    expect(faults).toEqual([]);
    expect(missing).toEqual([]);
    expect(counts).toEqual({ said: 4, arrived: 4, repeated: 2, greatest: 4 });
  });

  it('lets a line come later than its message, and take its loss with the power', () => {
    expect(tell('1 =1 2 3 =2 =3 =100001 100001').faults).toEqual([]);
    expect(tell('=1 1 2 =100001 100001')).toMatchObject({ faults: [], missing: [] });
  });

  it('knows what is missing at the end', () => {
    expect(tell('=1 =2 =3 1').missing).toEqual([2, 3]);
  });

  it('finds what was lost in the middle, whichever comes first, the line or the next message', () => {
    expect(tell('=1 =2 =3 1 3').faults).toEqual(['2 was accepted, and 3 arrived before it']);
    expect(tell('=1 1 3 =2 =3').faults).toEqual(['2 was accepted, and 3 has arrived before it']);
  });

  it('finds a first delivery out of order', () => {
    expect(tell('1 3 2').faults).toEqual(['2 arrived for the first time after 3']);
  });

  it('finds a number that is accepted twice', () => {
    expect(tell('=1 1 =1').faults).toEqual(['1 was accepted after 1']);
  });
});

/** Lives with these looks. */
function watch(...looks: number[][]) {
  const memory = createMemoryWatch();
  for (const life of looks) {
    life.forEach(memory.look);
    memory.endLife(life.length);
  }
  return memory.lives;
}

const flat = (usage: number) => Array.from({ length: 60 }, (_, i) => usage + (i % 3));

describe('the judge of memory', () => {
  it('is content with noise, and with moments that are far off', () => {
    expect(judgeMemory(watch(flat(4600), [...flat(4610), 4550, 4700]))).toBe('');
  });

  it('finds what grows within a life', () => {
    const growing = Array.from({ length: 90 }, (_, i) => 4600 + Math.floor(i / 3));
    expect(judgeMemory(watch(growing))).toMatch(/grew from 4615 to 4625 blocks/);
  });

  it('finds what grows from life to life', () => {
    expect(judgeMemory(watch(flat(4600), flat(4620)))).toBe('');
    expect(judgeMemory(watch(flat(4600), flat(4620), flat(4640)))).toMatch(/4601 blocks.*4641/);
  });

  it('says nothing of lives that are too short', () => {
    expect(watch(flat(4600).slice(0, 29))).toEqual([]);
  });
});

it('stands in docs/soak.md', async () => {
  const figures = JSON.parse(readFileSync('bench/results/soak.json', 'utf8')) as SoakFigures;
  const style = { ...(await resolveConfig('docs/soak.md')), filepath: 'docs/soak.md' };
  expect(readFileSync('docs/soak.md', 'utf8')).toBe(await format(soakPage(figures), style));
  expect([figures.lost, figures.faults]).toEqual([0, []]);
});
