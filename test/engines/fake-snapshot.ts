// A jerry-snapshot for machines without JerryScript: what it writes has JerryScript's header, and source behind it, which is what
// bench/host/duk-jerry runs. It speaks as the real one does, and fails as the real one does when it is told to.

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TEXT = `#!/bin/sh
exec '${process.execPath}' - "$@" <<'END'
const { readFileSync, writeFileSync } = require('fs');
const [command, ...rest] = process.argv.slice(2);
const how = 'HOW';
const out = rest[rest.indexOf('-o') + 1];
if (command === 'litdump') { writeFileSync(out, '2 ab\\n8 moteHost'); process.exit(0); }
const source = readFileSync(rest.at(-1));
const header = Buffer.alloc(24);
header.write(how === 'writes something else' ? 'ELF?' : 'JRRY', 'latin1');
[how === 'is another version' ? 69 : 70, 0, 24 + source.length, 1, 24].forEach((word, i) => header.writeUInt32LE(word, 4 + 4 * i));
if (how === 'leaves addresses') header.writeUInt32LE(process.pid, 20);
writeFileSync(out, Buffer.concat([header, source]));
console.log("Created snapshot file: '" + out + "'");
END
`;

/** Those that write nothing. */
const SHORT: Readonly<Record<string, string>> = {
  crashes: '#!/bin/sh\nkill -SEGV $$\n',
  'writes nothing': '#!/bin/sh\nexit 0\n',
};

/**
 * Write such a tool into a folder. @param how 'right', 'crashes', 'writes nothing', 'writes something else', 'is another version',
 * 'leaves addresses', or 'says ' and what it says on stderr before it ends with 1.
 * @returns its path.
 */
export function writeFakeTool(folder: string, how = 'right'): string {
  const said = /^says (.*)$/.exec(how)?.[1];
  const text =
    said === undefined
      ? (SHORT[how] ?? TEXT.replace('HOW', how))
      : `#!/bin/sh\ncat >&2 <<'END'\n${said}\nEND\nexit 1\n`;
  const path = join(folder, `jerry-snapshot-${how.replace(/\W+/g, '-').slice(0, 40)}`);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}
