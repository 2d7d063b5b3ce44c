import { describe, expect, it } from 'vitest';
import { closeText, codeText, decodeLogLine, eventText } from '../../flash/codes.ts';
import * as codes from '../../src/ports/codes.ts';

// Const enums exist at run time in tests only, where their members can be listed.
function members(name: 'Code' | 'Event' | 'Close'): number[] {
  const enumeration = (codes as unknown as Record<string, Record<string, unknown>>)[name]!;
  return Object.values(enumeration).filter((value): value is number => typeof value === 'number');
}

describe('codes', () => {
  it('has a sentence for every code, event and close', () => {
    expect(members('Code').length).toBeGreaterThan(10);
    for (const code of members('Code')) expect(codeText(code)).not.toMatch(/unknown code/);
    for (const event of members('Event')) expect(eventText(event, 1)).not.toMatch(/^unknown event/);
    const closes = members('Close');
    for (const close of closes) {
      expect(eventText(codes.Event.LinkLost, close)).not.toMatch(/unknown code/);
    }
  });

  it('has a sentence for every reason code of MQTT 5.0 that a broker may say', () => {
    // Of CONNACK, DISCONNECT and acknowledgements (section 2.4).
    for (let reason = 0x80; reason <= 0xa2; reason++) {
      expect(closeText(reason)).not.toMatch(/unknown/);
      expect(eventText(codes.Event.MessageRejected, 7 * 256 + reason)).not.toMatch(/unknown/);
    }
    expect(closeText(0xa3)).toBe('unknown code 163');
    expect(eventText(codes.Event.MessageRejected, 7 * 256 + 0x97)).toMatch(/^message 7 .*quota/);
    expect(eventText(codes.Event.MessageExpired, 300 * 256)).toMatch(/^message 300 /);
    expect(eventText(codes.Event.Subscribed, 2 * 256 + 0xa2)).toMatch(/subscription 2 refused: .*wildcards/);
    expect(eventText(codes.Event.Subscribed, 2 * 256 + 0x80)).toMatch(/subscription 2 refused by/);
    expect(eventText(codes.Event.ServerNamed, 9)).toMatch(/unknown outcome 9/);
  });

  it('decodes what a board prints, and leaves other lines alone', () => {
    expect(decodeLogLine('#3 2500')).toBe('next try in 2.5 s');
    expect(decodeLogLine('#8 105\r')).toBe('sensor 1 failed: another kind of chip answers at its address');
    expect(decodeLogLine('#5 24')).toMatch(/no connection: user name or password is wrong/);
    expect(decodeLogLine('hello #4 2500')).toBeUndefined();
    expect(decodeLogLine('#99 1')).toBe('unknown event 99 (1)');
  });
});
