// What a board says, made harmless: none of it moves the cursor, changes a colour, a title or the clipboard of whoever looks on.

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Everything that a terminal may obey: controls of both kinds, and what turns the direction of text. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

function escape(character: string): string {
  if (character === '\t') return character;
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** @returns text that may have words of a board or a device in it, fit for one line of a terminal. */
export function harmless(text: string): string {
  return text.replace(UNSAFE, escape);
}

/** @param bytes a line, one character a byte. @returns the line as text; bytes that are none are written as \xNN. */
export function safeText(bytes: string): string {
  if (!/[\x80-\xff]/.test(bytes)) return harmless(bytes);
  try {
    return harmless(decoder.decode(Buffer.from(bytes, 'latin1')));
  } catch {
    return bytes.replace(/[\p{Cc}\x80-\xff]/gu, escape);
  }
}
