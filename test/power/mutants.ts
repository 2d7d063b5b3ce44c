// The outbox with one of its protections switched off, each a small edit of its source: what shows that the tests would tell.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { createFlashOutbox } from '../../src/outbox/flash.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FILES = ['log.ts', 'flash.ts'] as const;

type Edit = readonly [from: string, to: string];

export interface Mutant {
  readonly name: string;
  readonly file: (typeof FILES)[number];
  readonly edits: readonly Edit[];
}

function inLog(name: string, ...edits: Edit[]): Mutant {
  return { name, file: 'log.ts', edits };
}

function inOutbox(name: string, ...edits: Edit[]): Mutant {
  return { name, file: 'flash.ts', edits };
}

/**
 * Not here is what others stand behind: whether the rest of a page, the place of an opening and that of state behind it are blank (a program is read back),
 * the magic (the header has a checksum), and the header of a last page that is erased for an intent (the sequence goes on behind the
 * newest record that is sound). Nor that the key of a last record which reads as either each time is taken from its sound body: it
 * has to read as another key twice. Nor that what was written of acknowledgements is not taken where the page says more: each of those
 * messages has its mark, or is one of as many as may come again.
 */
export const MUTANTS: readonly Mutant[] = [
  inLog('a program is not read back', [
    'if (flash.program(joinRecord(marks, body, length, tailKey), where)) break;',
    'if (flash.program(joinRecord(marks, body, length, tailKey), where) || true) break;',
  ]),
  inLog('a page is erased with its header', [
    '    kill(slot);\n    for (let tries = 2',
    '    for (let tries = 2',
  ]),
  inLog('an erase is not looked at', ['if (!isBlank(slot, 0, pageSize)) continue;', '']),
  inLog('what was read at the start is not programmed again', [
    'if (!ecc) flash.write(bytes, address(slot, at));',
    '',
  ]),
  inLog('a torn tail is not buried', ['    buryTorn(last);', '    tailAt = pageSize;']),
  inLog('a tail without a header is not buried', [
    'end < pageSize ? end : pageSize)) buryTorn(at);',
    'end < pageSize ? end : pageSize)) tailAt = pageSize;',
  ]),
  inLog('parts with ECC give the sequence of a torn message again', [
    'if (ecc) sequence = laterSequence(sequence, BATCH ? BATCH_MAX : 1);',
    '',
  ]),
  inLog('checksums are not looked at', ['if (low === 0 && high === 0) return bytes;', 'return bytes;']),
  inLog(
    'checksums of records are without the key',
    ['flash.frame(word, key, body)', 'flash.frame(word, EMPTY, body)'],
    ['sound(readRecord(from), CRC_AT, key,', 'sound(readRecord(from), CRC_AT, EMPTY,'],
  ),
  inLog('one bit acknowledges', ['to.done = zeros > unit * 4;', 'to.done = zeros > 0;']),
  inLog('one bit is a mark', ['const isSet = zeros > unit * 4;', 'const isSet = zeros > 0;']),
  inLog('half a mark is left', [
    'if (isSet && zeros < unit * 8 && of.marks > number) mark(addressOf(of), number, of.size);',
    '',
  ]),
  inLog('a format does not say that it began', ['if (!intend()) return Code.WornOut;', '']),
  inLog('a format that was begun is not gone on with', ['if (isIntended()) return format(given);', '']),
  inLog('a format leaves the headers that are there', ['if (!isBlank(slot, 0, HEADER)) kill(slot);', '']),
  inLog('half an intent is left', ['if (walkSlot !== pages - 1) buryIntents();', '']),
  inLog('the page of the head may be prepared', ['if (slot === head.slot) return false;', '']),
  inLog('places in a page that goes are remembered', [
    'onErase(address(slot, 0), address(slot, pageSize));',
    '',
  ]),
  inLog('the sequence before a torn record is not looked for', [
    '    openSequence();\n    buryTorn(last);',
    '    buryTorn(last);',
  ]),
  inLog('the sequence before a record of state is not looked for', ['if (!isMessage) openSequence();', '']),
  inLog('state is not taken along to the next page', ['    arrive();\n', '']),
  inLog('parts with ECC keep the last state as it stands', [
    'if (STATE && stateBody.length > 0)',
    'if (false)',
  ]),
  inLog('parts with ECC do not look at the state before what is torn', [
    'if (STATE && ecc) openFormer(former);',
    '',
  ]),
  inLog('a wrong bit of a key is taken', [
    'if ((key ^ byteAt(bytes, 1)) === 255) return key;',
    'if (key < 256) return key;',
  ]),
  inLog('state in a page is the first that was written', [
    'if (!STATE || index >= KEYS) return;',
    'if (!STATE || index >= KEYS || states[index] > 0) return;',
  ]),
  inLog('a page with half an opening has been used, for state stands in it', [
    'findUsed(newestSlot), pageSize)',
    'FIRST, pageSize)',
  ]),
  inLog('the second half of a header is not looked at', [
    'if (word === check && take(to, word, end)) {',
    'if (take(to, word, end)) {',
  ]),
  inLog('one bit is not mended', [
    'return flipped(bytes, from + (bit >> 3), 1 << (bit & 7));',
    'return EMPTY;',
  ]),
  inLog('behind a wrong header nothing is looked for', [
    'if (isRecord(to, word, end) || isRecord(to, check, end)) return true;',
    '',
  ]),
  inLog('one wrong bit of the magic is too many', [
    'if (!standsAt(bytes, MAGIC, 0) && !isNearlyMagic(bytes)) return EMPTY;',
    'if (!standsAt(bytes, MAGIC, 0)) return EMPTY;',
  ]),
  inLog('parts with ECC keep a page with half an opening', [
    'const isUnused = before > 0 && ecc && isBlank(newestSlot, findUsed(newestSlot), pageSize);',
    'const isUnused = false;',
  ]),
  inLog('the newest page is written, whatever has come to it', [
    'isOpened = !isUnused && takeOpening(newestSlot);\n    if (isOpened) return newestSlot;',
    'takeOpening(newestSlot);\n    if (newest > 0) return newestSlot;',
  ]),
  inLog('what was written of acknowledgements is not read', ['if (HAS_HEAD && isOpened) takeHead();', '']),
  inLog('any message may be left behind without a mark', ['if (where !== headAddress) return false;', '']),
  inOutbox('any number of acknowledgements may be unwritten', [
    'if (unwritten >= lazyMax! && settle() !== Code.Ok) return false;',
    '',
  ]),
  inLog('messages taken together have one sequence', [
    'return BATCH && marks > MARKS_MAX ? laterSequence(first, marks - 2) : first;',
    'return first;',
  ]),
  inOutbox('messages taken together are acknowledged together', [
    'if (marked >> 1 === (1 << (place.marks - 1)) - 1) finish();',
    'if (marked > 0) finish();',
  ]),
  inOutbox('one of several that is acknowledged comes again', [
    'if (isWaiting(part) && (sequence',
    'if ((sequence',
  ]),
  inOutbox('of messages taken together the first is given', [
    'return log.addressOf(place) === where && !isBatch() ? log.next(place) : true;',
    'return log.addressOf(place) === where ? log.next(place) : true;',
  ]),
  inOutbox('a session that is lost is as before', [
    '    hasReceived = false;\n    for',
    '    return 0;\n    for',
  ]),
  inOutbox('PUBREC of before the start is forgotten', ['hasReceived = QOS2;', 'hasReceived = false;']),
  inOutbox('a damaged message is given again and again', [
    '        gone += countWaiting();\n        finish();\n        continue;',
    '        gone += countWaiting();\n        continue;',
  ]),
  inOutbox('an acknowledged message keeps its place', [
    'log.mark(where, 0, size);\n      table[at] = 0;',
    'log.mark(where, 0, size);',
  ]),
  inOutbox('what comes next is the oldest', [
    'if (!isBatch()) return sequence === 0 || isAfter(found, sequence) ? bytes : EMPTY;',
    'if (!isBatch()) return bytes;',
  ]),
  inLog('a start does not see what is done in the page that is written', [
    'if (isDone) tailHead = at;',
    'tailHead = at;',
  ]),
  inLog('the head goes on in the page that is written before it has come to the end of the one before', [
    'if (headAddress === leftAddress) cross();\n    }',
    'cross();\n    }',
  ]),
  inLog('the head moves when any record is marked', [
    'if (where === headAddress && number === 0) {',
    'if (number === 0) {',
  ]),
];

/** The same for what MQTT 5.0 needs, of a build that has it. */
export const V5_MUTANTS: readonly Mutant[] = [
  inOutbox('properties are not stored', [
    'return properties === undefined || properties.length === 0',
    'return properties === undefined || properties.length >= 0',
  ]),
  inOutbox('properties of messages that are taken together are not stored', [
    'join(joinTopic(0, to.first & FLAGS, to, timeAt), payload)',
    'join(join(joinFields(0, to.first & FLAGS, timeAt), to.name), payload)',
  ]),
  inOutbox('a message without properties has those of the one before', [
    '    topic.properties = EMPTY;\n    if',
    '    if',
  ]),
  inOutbox('properties are those of the next byte on', [
    'topic.properties = cut(propertiesView, bytes, at, count);',
    'topic.properties = cut(propertiesView, bytes, at + 1, count);',
  ]),
  inOutbox('the last of the properties is left out', [
    'topic.properties = cut(propertiesView, bytes, at, count);',
    'topic.properties = cut(propertiesView, bytes, at, count - 1);',
  ]),
  inOutbox('the payload begins with its properties', ['return at + count;', 'return at;']),
  inLog('torn properties are taken as they are: checksums are not looked at', [
    'if (low === 0 && high === 0) return bytes;',
    'return bytes;',
  ]),
  inLog('a wrong bit of properties is not mended', [
    'return flipped(bytes, from + (bit >> 3), 1 << (bit & 7));',
    'return EMPTY;',
  ]),
  inOutbox('a message that does not expire has the age of the one before', ['    out.ageSec = 0;\n', '']),
  inOutbox('every message is new', [
    'out.ageSec = times.leastAge!(stamp, found);',
    'out.ageSec = times.leastAge!(stamp, found) && 0;',
  ]),
  inOutbox('a message is as old as the one that was read before', [
    'const from = readStamp(bytes, flags);\n    out.ageSec = 0;',
    'const from = stamp.kind === Kind.Unknown ? FIELDS : FIELDS + STAMP_SIZE;\n    out.ageSec = 0;',
  ]),
];

/** @returns the text of a mutant's file. Throws when it has another text than the edits are for. */
export function mutate({ name, file, edits }: Mutant): string {
  let text = readFileSync(`${ROOT}src/outbox/${file}`, 'utf8');
  for (const [from, to] of edits) {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`${name}: its text is ${parts.length - 1} times in ${file}`);
    text = parts.join(to);
  }
  return text;
}

/** @param among those that have a folder each. @returns what makes the outbox of a mutant. */
export async function load(mutant: Mutant, among = MUTANTS): Promise<typeof createFlashOutbox> {
  const folder = `${ROOT}out/mutants/${among === MUTANTS ? '' : 'v5-'}${among.indexOf(mutant)}/`;
  mkdirSync(folder, { recursive: true });
  for (const file of FILES) {
    const text = file === mutant.file ? mutate(mutant) : readFileSync(`${ROOT}src/outbox/${file}`, 'utf8');
    const inPlace = text.replaceAll(" '../", " '../../../src/");
    // What lies beside the two stays where it is.
    writeFileSync(folder + file, inPlace.replace(/ '\.\/(?!log\.ts|flash\.ts)/g, " '../../../src/outbox/"));
  }
  const module = (await import(/* @vite-ignore */ `${folder}flash.ts`)) as {
    createFlashOutbox: typeof createFlashOutbox;
  };
  return module.createFlashOutbox;
}
