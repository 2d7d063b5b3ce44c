import { beforeAll, expect, it } from 'vitest';
import type { CompiledBundle } from '../../sim/board/bundle.ts';
import { HOUR, MINUTE, buildPlant, createPlant, readings } from './plant.ts';
let bundle: CompiledBundle;
beforeAll(async () => {
  bundle = await buildPlant({ intervalMs: 15 * MINUTE });
}, 120_000);
it('try', () => {
  const plant = createPlant(bundle);
  plant.board.powerOn();
  const t = Date.now();
  plant.world.run(6 * HOUR);
  console.log(
    Date.now() - t,
    plant.lines.slice(0, 60),
    plant.heard
      .filter((m) => !m.topic.startsWith('home'))
      .map((m) => `${m.time} ${m.topic} ${m.payload} ${m.retain} ${m.qos}`)
      .join('\n'),
    plant.heard.filter((m) => m.topic.startsWith('home')).map((m) => m.time),
    plant.wills,
    plant.connects,
    plant.errors,
    plant.violations(),
    plant.board.counters.boots,
    readings(plant.heard).length,
  );
});
