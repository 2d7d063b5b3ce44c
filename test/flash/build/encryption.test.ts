// A firmware that encrypts: what build and check say of it, and boards that cannot.
import { describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { checkBundle } from '../../../flash/check/check.ts';
import { failure, writeFirmware } from './fixture.ts';

const main = (broker: string) => `import { openTls, startMote } from 'mote-sdk/espruino';
startMote({ id: 'm', broker: { host: 'h', port: 8883${broker} }, sensors: [] });
void openTls;
`;
const encrypted = () => writeFirmware({ 'main.ts': main(', encryptedButUnverified: openTls()') });
const plain = () => writeFirmware({ 'main.ts': main('') });
const isNote = ({ rule }: { rule: string }) => rule === 'encrypted-but-unverified';

/** Not minified: that takes most of the time. */
const built = build({ firmware: encrypted(), minify: false });

describe('a firmware that encrypts', () => {
  it('is built, with a warning that nobody is verified', async () => {
    const { warnings } = await built;
    const [warning] = warnings.filter(isNote);
    expect(warning).toMatchObject({
      severity: 'warning',
      message: 'connections over TLS are encrypted, but the broker is not verified',
      fix: expect.stringContaining('docs/security.md'),
    });
    expect(warning?.file).toContain('tls-socket.ts');
  });

  it('is warned of by mote check as well, as any program is that asks for TLS', async () => {
    const { code } = await built;
    const check = (program: string) =>
      checkBundle(program, { file: 'p.js', profile: 'espruino' }).filter(isNote);
    expect(check(code)).toHaveLength(1);
    expect(check('require("tls").connect({ host: "h", port: 1 });')).toHaveLength(1);
    expect(check('require("net").connect({ host: "tls", port: 1 }); print("tls");')).toEqual([]);
    expect(check('function f(require) { require("tls"); } f(print);')).toEqual([]);
  });

  it('is refused for a board without TLS, and not built without encryption', async () => {
    const error = await failure(build({ firmware: encrypted(), board: 'jerryscript', minify: false }));
    expect(error.what).toMatch(
      /asks for encryptedButUnverified, and JerryScript in a host program has no TLS/,
    );
  });

  it('is the only one that has it: others are as large as they were, and are not warned', async () => {
    const { code, warnings } = await build({ firmware: plain(), minify: false });
    expect(code).not.toContain('"tls"');
    expect(warnings.filter(isNote)).toEqual([]);
  });
});
