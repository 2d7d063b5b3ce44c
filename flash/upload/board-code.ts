// What the uploader has a board do: functions that it types in at the console, in the subset that Espruino runs. They are
// forgotten with the next restart.

/**
 * Raw headers of Storage from `a` on, `n` at most, as base64: the last is the first that is none.
 * Each says the size, and so where the next is.
 */
const headers =
  'function(a,e,n){var o="";while(n-->0&&a+32<=e){var r=E.toString(require("Flash").read(32,a));o+=r;' +
  'var z=r.charCodeAt(0)+r.charCodeAt(1)*256+r.charCodeAt(2)*65536,w=z+r.charCodeAt(3)*16777216;' +
  'if(w===0||w===4294967295||a+32+z>e)break;a+=32+((z+3)&~3)}return btoa(o)}';

/** Replace file `n` by one of `z` blank bytes, if `f` bytes remain free: else the engine would compact its Storage. */
const create =
  'function(n,z,f){var s=require("Storage");if(s.getFree()<((z+3)&~3)+32+f)return"room";' +
  's.erase(n);s.write(n,"\\xff",0,z);return"ok"}';

/** Program bytes `b` (of CRC-32 `c`) at `o` of file `n` of `z` bytes, and read them back. Again is no harm. */
const write =
  'function(n,o,z,c,b){var s=require("Storage");if(E.CRC32(b)!==c)return"sum";' +
  'if(s.read(n,o,b.length)!==b)s.write(n,b,o,z);return s.read(n,o,b.length)===b?"ok":"bad"}';

/** Clear bytes of flash. */
const clear = 'function(a,b){require("Flash").write(b,a);return 1}';

/** Program a header with what all of several readings have in common: bits that read as either are cleared. */
const steady =
  'function(a){var f=require("Flash"),b=f.read(32,a),i=24,j,c;while(i--){c=f.read(32,a);for(j=0;j<32;j++)b[j]&=c[j]}f.write(b,a);return 1}';

/** Size and CRC-32 of a file, 0 without one. */
const file = 'function(n){var t=require("Storage").read(n);return t===undefined?0:[t.length,E.CRC32(t)]}';

/** Answer question `n` with what `f` returns. */
const say =
  'function(n,f){var b;try{b="="+JSON.stringify(f())}catch(e){b="!"+e}print("\\nMOTE "+n+" "+E.CRC32(b)+" "+btoa(b))}';

/** Gather a program in memory. */
const gather =
  'function(o,c,b){if(E.CRC32(b)!==c)return"sum";if(moteUp.text.length===o)moteUp.text+=b;return"ok"}';

/** @returns bytes as a string of the board's language, all of it printable. */
export function literal(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  // eslint-disable-next-line no-control-regex -- all that cannot be typed
  const escaped = text.replace(/["\\\x00-\x1f\x7f-\xff]/g, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped}"`;
}

/** Characters of a program in one command: with what is around it, half the input buffer of Espruino on Linux. */
const PIECE = 384;

/** @returns a program in pieces, each as long as one command takes when it is written as a literal. */
export function piecesOf(bytes: Uint8Array): { readonly at: number; readonly part: Uint8Array }[] {
  const pieces = [];
  for (let at = 0, end = 0; end < bytes.length; at = end) {
    for (let typed = 0; end < bytes.length; end++) {
      // Without its quotes.
      typed += literal(bytes.subarray(end, end + 1)).length - 2;
      if (typed > PIECE) break;
    }
    pieces.push({ at, part: bytes.subarray(at, end) });
  }
  return pieces;
}

/** Together no longer than half the input buffer of Espruino on Linux, which loses itself when it is typed at while it works. */
const LINE = 400;

function lines(): string[] {
  const all = ['(global.moteUp={text:"",say:' + say + '},1)'];
  for (const [name, code] of Object.entries({ headers, create, write, clear, steady, file, gather })) {
    const part = `moteUp.${name}=${code}`;
    const last = all.at(-1)!;
    if (all.length === 1 || last.length + part.length > LINE) all.push(part);
    else all[all.length - 1] = `${last},${part}`;
  }
  return all;
}

/** What puts all of this on the board, one line after the other. */
export const INSTALL: readonly string[] = lines();

export const UNINSTALL = '(delete global.moteUp,1)';
