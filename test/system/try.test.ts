import { it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { runSystem } from '../../sim/system/run.ts';
import { drawSchedule } from '../../sim/system/schedule.ts';
it('runs seeds', async () => {
  const code = (await build({ firmware: 'test/system/firmware' })).code;
  const bundle = compileBundle(code, 'firmware.js');
  const from = Number(process.env.SEED ?? 1);
  const count = Number(process.env.COUNT ?? 20);
  for (let seed = from; seed < from + count; seed++) {
    const t = performance.now();
    const run = runSystem({ bundle, seed, schedule: drawSchedule(seed), ...(process.env.TRACE ? { onTrace: (ms: number, what: string) => console.log((ms / 1000).toFixed(3), what) } : {}) });
    console.log(seed, Math.round(performance.now() - t), 'ms', JSON.stringify(run.figures), JSON.stringify(run.gauges), run.attemptsMost, run.boots, run.violations.slice(0, 4));
  }
}, 600000);
