// One recorded run of a mote on a real Espruino through Wi-Fi loss, a restart of its broker, a half-open link and a power
// cut. `npm run docs:link-run` takes a minute and writes docs/link-run.md, if the account of the run adds up.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { ExitCode, MoteError } from '../flash/errors.ts';
import { runStory, troublesOf, type Story } from './link/story.ts';

const PAGE = join(PACKAGE_ROOT, 'docs', 'link-run.md');

const HEAD = `# A recorded run of the link

Written by \`npm run docs:link-run\`: a mote on a real Espruino (Linux, 16383 variables), with its outbox in flash and a real Mosquitto. Wi-Fi
is the shim of \`sim/device/wifi.ts\`; with it the connections go dead, and nobody is told. The waits between tries have a window of one
second here, the keep alive is 4 s. Lines of the mote are what it printed on its console, as \`mote sim\` and the monitor decode them; in
italics, what was done to it. \`docs/link.md\` says what the link does and why.

`;

function render(story: Story): string {
  const lines = story.lines.map(
    ({ atSec, who, what }) => `| ${atSec.toFixed(1)} | ${who === 'world' ? `_${what}_` : what} |`,
  );
  const account = Object.entries(story.account).map(([name, count]) => `| ${name} | ${String(count)} |`);
  return `${HEAD}| second | |
| ---: | --- |
${lines.join('\n')}

## The account at the end

The host, which read along: **${story.accepted} readings accepted and told on the console, ${story.delivered} different ones delivered, ${story.lost.length} lost**,
${story.refused} refused, ${story.untold.length} delivered that the power cut had kept from being told, ${story.repeated} delivered twice.

The mote's own, as the broker has it at \`link/account\` ([src/parts/account.ts](../src/parts/account.ts)): stored = acknowledged + waiting + oldest +
damaged + overtaken. What the outbox counts is exact over the power cut; \`since\` says from which boot on \`sampled\` may be short.

| | |
| --- | ---: |
${account.join('\n')}
`;
}

async function main(): Promise<void> {
  const binary = process.env['ESPRUINO'];
  if (binary === undefined || binary === '') {
    const fix = 'set ESPRUINO to a Linux Espruino with 16383 variables';
    throw new MoteError('no Espruino to run', fix, undefined, ExitCode.Environment);
  }
  const story = await runStory(binary);
  const troubles = troublesOf(story);
  if (troubles.length > 0) throw new Error(`the run is not as it should be: ${troubles.join('; ')}`);
  writeFileSync(PAGE, await format(render(story), { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
