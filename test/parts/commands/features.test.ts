// Commands and a configuration in a firmware built without console: nothing is said there, and all else is as it was.
import { expect, it, vi } from 'vitest';

vi.mock('../../../src/features.ts', async (original) => ({ ...(await original<object>()), LOG: false }));

const { Code } = await import('../../../src/ports/codes.ts');
const { createRig } = await import('./rig.ts');

it('answers and reports what it would say', () => {
  const rig = createRig();
  rig.pass(100);
  rig.send('m/cmd/interval', '{"sensor":"air","ms":5000}');
  rig.send('m/cmd/interval', '{"sensor":"air","ms":-1}');
  rig.retain('m/config/desired', '{"id":3,"interval.water":1}');
  rig.pass(60_000);
  expect(rig.replies().map(({ result }) => result)).toEqual([Code.Ok, Code.BadValue]);
  expect(rig.reported().at(-1)).toMatchObject({ state: 'refused', id: 3, 'interval.air': 5000 });
  expect(rig.log).toEqual([]);
});
