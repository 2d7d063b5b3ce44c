import { expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';

it(
  'says for JerryScript what allocates with every packet, and nothing for Espruino',
  { timeout: 60_000 },
  async () => {
    const firmware = 'examples/weather-station';
    const { warnings } = await build({ firmware, board: 'jerryscript', form: 'string' });
    const places = warnings.filter(({ rule }) => rule.startsWith('hot-')).map(({ file }) => file);
    expect(places).toContain('src/mqtt/client.ts');
    // The link's joining, which the build puts in the place of its call, is the Wi-Fi port's.
    expect(
      places.every((file) =>
        /^src\/(bytes|mqtt|outbox|telemetry|sensors|link)\/|^src\/ports\/espruino\/wifi\.ts$/.test(file),
      ),
    ).toBe(true);
    expect((await build({ firmware, board: 'esp32' })).warnings).toEqual([]);
  },
);
