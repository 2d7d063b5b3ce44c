// trimStart and trimEnd, for engines that have none. Texts hold UTF-8 bytes: only ASCII's spaces are some, 0xA0 is a part of a letter.

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

export function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text.charCodeAt(start))) start++;
  return text.substring(start);
}

export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return text.substring(0, end);
}
