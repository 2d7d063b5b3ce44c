#!/usr/bin/env node
// The `mote` command. This file says so when Node is too old; it must stay readable to Node versions that cannot run the
// rest, so it imports nothing at load and uses no recent syntax.

const OLDEST_NODE = '20.12';

const oldest = OLDEST_NODE.split('.').map(Number);
const present = process.versions.node.split('.').map(Number);

if (present[0] < oldest[0] || (present[0] === oldest[0] && present[1] < oldest[1])) {
  const what = `Node ${process.versions.node} is too old for mote`;
  const fix = `install Node ${OLDEST_NODE} or newer`;
  if (process.argv.indexOf('--json') < 0) process.stderr.write(`error: ${what}\n  do: ${fix}\n`);
  else {
    process.stdout.write(
      `${JSON.stringify({ error: { what: what, fix: fix, where: null }, exitCode: 3 })}\n`,
    );
  }
  process.exitCode = 3;
} else {
  import('./cli/main.ts').then(({ main }) => main(process.argv.slice(2)));
}
