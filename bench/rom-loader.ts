// The loader of a chip on a pty, for a person to try `mote flash` without a board: `npm run rom-loader -- LINK [CHIP] [FAULT=BLOCK]`.
// It restarts what was flashed by itself, as a finger on EN would, when the transfer has been over for a second.

import { spawn } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { IDENTITIES } from '../sim/rom-loader/chips.ts';
import { createProgram } from '../sim/rom-loader/program.ts';
import { createRom, type Faults } from '../sim/rom-loader/rom.ts';

const QUIET_MS = 1000;

const [link = '', chip = 'esp32', fault = ''] = process.argv.slice(2);
if (link === '' || !Object.hasOwn(IDENTITIES, chip)) {
  process.stderr.write(`usage: rom-loader LINK [${Object.keys(IDENTITIES).join('|')}] [silentAtBlock=3]\n`);
  process.exit(2);
}
// socat puts its link in the place of anything.
if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === false) {
  process.stderr.write(`${link} is there, and is no link: name a path where nothing is\n`);
  process.exit(2);
}
const [name = '', value = ''] = fault.split('=');
const faults: Faults = name === '' ? {} : { [name]: Number(value) };
const key = chip as keyof typeof IDENTITIES;

const server = createServer((socket) => {
  let timer: NodeJS.Timeout | undefined;
  const program = createProgram({
    version: '2v29',
    board: IDENTITIES[key].name.replace('-', ''),
    send: (text) => void socket.write(Buffer.from(text, 'latin1')),
  });
  const rom = createRom({
    chip: key,
    faults,
    send: (bytes) => void socket.write(bytes),
    onPull: () => socket.destroy(),
    onBoot: (flash, bootloader) => program.boot(flash, bootloader),
    onTyped: (bytes) => program.typed(bytes),
  });
  let running = false;
  socket.on('data', (bytes) => {
    rom.receive(bytes);
    clearTimeout(timer);
    if (running || !rom.story.includes('DeflateEnd')) return;
    timer = setTimeout(() => {
      running = true;
      rom.press(false);
    }, QUIET_MS);
  });
  socket.on('close', () => {
    clearTimeout(timer);
    for (const complaint of rom.complaints) process.stdout.write(`complaint: ${complaint}\n`);
  });
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const socat = spawn('socat', [`PTY,link=${link},rawer`, `TCP:127.0.0.1:${port}`], { stdio: 'inherit' });
  socat.on('exit', () => process.exit(0));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => socat.kill());
  process.stdout.write(`${IDENTITIES[key].name} in its loader on ${link}\n`);
});
