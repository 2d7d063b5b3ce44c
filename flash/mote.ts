#!/usr/bin/env node
// The `mote` command. This file says so when Node is too old; it must stay readable to Node versions that cannot run the
// rest, so it imports nothing at load and uses no recent syntax.

const OLDEST_NODE = 20;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    `error: Node ${process.versions.node} is too old for mote\n  do: install Node ${OLDEST_NODE} or newer\n`,
  );
  process.exitCode = 3;
} else {
  import('./cli/main.ts').then(({ main }) => main(process.argv.slice(2)));
}
