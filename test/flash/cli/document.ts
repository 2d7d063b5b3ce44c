// docs/cli.md, from what the command line knows of itself and from the exit codes.

import type { Argument, Command, Option } from 'commander';
import { EXIT_MEANINGS, ExitCode } from '../../../flash/errors.ts';

const cell = (text: string) => text.replace(/\s+/g, ' ').replace(/\|/g, '\\|').trim();

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @returns the commands that do something, with the words that call them. */
export function leavesOf(command: Command, words: readonly string[] = ['mote']): [string, Command][] {
  return command.commands.flatMap((inner): [string, Command][] => {
    const call = [...words, inner.name()];
    return inner.commands.length === 0 ? [[call.join(' '), inner]] : leavesOf(inner, call);
  });
}

function about({ description, argChoices, defaultValue }: Argument | Option): string {
  const isShown = ['string', 'number'].includes(typeof defaultValue) && defaultValue !== '';
  return [
    description,
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(isShown ? [`default \`${String(defaultValue)}\``] : []),
  ].join('; ');
}

function section([words, command]: [string, Command]): string {
  const rows = [
    ...command.registeredArguments.map((one) => [
      `\`${one.required ? `<${one.name()}>` : `[${one.name()}]`}\``,
      about(one),
    ]),
    ...command.options.filter(({ hidden }) => !hidden).map((one) => [`\`${one.flags}\``, about(one)]),
  ];
  const call = [
    words,
    ...command
      .usage()
      .split(/\s+(?=\[|<)/)
      .filter((part) => part !== '[options]'),
  ].join(' ');
  return `## ${words}\n\n    ${call} [options]\n\n${command.description()}.\n\n${table(['', 'what it is'], rows)}\n`;
}

/** @returns the page. @param program with every command in it. */
export function cliPage(program: Command): string {
  const leaves = leavesOf(program);
  const names = leaves.map(([words, command]) => [
    `[${words}](#${words.replaceAll(' ', '-')})`,
    command.description(),
  ]);
  const codes = Object.entries(ExitCode).map(([name, code]) => [
    String(code),
    EXIT_MEANINGS[name as keyof typeof ExitCode],
  ]);
  return `# The \`mote\` command

<!-- Written by \`npm run docs:cli\`. -->

\`npx mote-sdk\` and, in a project, \`npx mote\`. [Getting started](getting-started.md) goes the whole way.

${table(['command', 'what it does'], names)}

- **\`--json\`** is taken by every command. Standard output is then one JSON object, of commands that go on one a line; so it is for an error:
  \`{"error":{"what":"...","fix":"...","where":"..."},"exitCode":n}\`, where \`where\` may be \`null\`. What has an outcome and fails (\`outbox inspect\`) has
  both in one object; the findings of \`check\` are objects of their own.
- **Progress** goes to standard error, as does what a person is told of an error: what, where, what to do.
- **Words of a board** or of a USB device in an error, in \`doctor\` and in \`flash\` are written so that a terminal obeys none of them (ESC as \`\\x1b\`); JSON
  has them as they came.
- **Questions** are asked on a terminal only, and never with \`--yes\` or \`--json\`. Ctrl-C in one leaves nothing half-written.
- **Passwords** are never options: other users of a computer see the options of its processes. They come from a question, from the environment
  (\`MOTE_WIFI_PASSWORD\`, \`MOTE_BROKER_PASSWORD\`), or from \`secrets.json\` ([security](security.md#secrets)).
- \`MOTE_DEBUG=1\` shows where an error happened.

## Exit codes

${table(['code', 'meaning'], [['0', 'it did what it was asked to'], ...codes])}

${leaves.map(section).join('\n')}`;
}
