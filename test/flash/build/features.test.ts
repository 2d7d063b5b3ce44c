import { describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { listFeatures } from '../../../flash/build/features.ts';
import { failure, runBundle, SAY, writeFirmware } from './fixture.ts';

const FIRMWARE = {
  'main.ts': `${SAY}import { LOG, WIFI } from 'mote-sdk/features';
import { explain } from './explain.ts';
if (LOG) say(explain(1));
say(WIFI ? 'with network' : 'without network');
LOG && say('short form');
`,
  'explain.ts': "export function explain(code: number): string { return 'explained ' + code; }",
};

describe('features', () => {
  it('are on or off as src/features.ts says', async () => {
    const defaults = listFeatures();
    expect(Object.keys(defaults)).toEqual(expect.arrayContaining(['LOG', 'AUTH', 'WIFI']));
    const { code } = await build({ firmware: writeFirmware(FIRMWARE) });
    const said = runBundle(code).said;
    expect(said.includes('explained 1')).toBe(defaults['LOG']);
    expect(said.includes('with network')).toBe(defaults['WIFI']);
  });

  it.each([true, false])('leave nothing in the bundle when they are off (minify: %s)', async (minify) => {
    const features = { LOG: false, WIFI: false };
    const { code, sizes } = await build({ firmware: writeFirmware(FIRMWARE), features, minify });
    expect(code).not.toMatch(/explain|short form|with network/);
    expect(sizes.map((row) => row.module)).not.toContainEqual(expect.stringMatching(/explain/));
    expect(runBundle(code).said).toEqual(['without network']);
  });

  it('can be switched on', async () => {
    const { code } = await build({ firmware: writeFirmware(FIRMWARE), features: { LOG: true, WIFI: true } });
    expect(runBundle(code).said).toEqual(['explained 1', 'with network', 'short form']);
  });

  it('are listed when an unknown one is named', async () => {
    const error = await failure(build({ firmware: writeFirmware(FIRMWARE), features: { LOGS: true } }));
    expect(error.what).toBe('no feature LOGS');
    expect(error.fix).toBe(`use one of: ${Object.keys(listFeatures()).join(', ')}`);
  });

  it('take true or false and nothing else', async () => {
    const features = { LOG: 'off' } as unknown as Record<string, boolean>;
    const error = await failure(build({ firmware: writeFirmware(FIRMWARE), features }));
    expect(error.what).toBe('feature LOG is off');
  });
});
