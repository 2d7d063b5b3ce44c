// What a firmware for Espruino is wired to: the flash of its board, on the virtual board in virtual time.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { esp32 } from '../boards/esp32.ts';
import { espruinoLinux } from '../boards/espruino-linux.ts';
import { build } from '../flash/build/build.ts';
import { decodeLogLine } from '../flash/codes.ts';
import { createBoard } from '../sim/board/board.ts';
import { compileBundle } from '../sim/board/bundle.ts';
import { createVirtualWorld } from '../sim/board/world.ts';
import { createNetwork } from '../sim/network/network.ts';
import { createNor, type Nor } from '../sim/nor.ts';

const map = esp32.flash!;
const { address, bytes } = map.outbox;
const folder = mkdtempSync(join(tmpdir(), 'mote-espruino-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MOTE = `startMote({ id: 'm', broker: { host: '127.0.0.1', port: 1 }, sensors: [] });`;

/** Run a firmware for a second. @returns what it said, as sentences. */
async function run(
  nor: Nor,
  text: string,
  features: Record<string, boolean> = {},
  on = esp32,
  imports = `import { formatOutbox, startMote } from 'mote-sdk/espruino';`,
): Promise<string[]> {
  const firmware = join(folder, 'main.ts');
  writeFileSync(firmware, `${imports}\n${text}\n`);
  const { code } = await build({ firmware, features, board: on.id });
  const lines: string[] = [];
  const world = createVirtualWorld({ seed: 1, network: createNetwork() });
  const board = createBoard({
    bundle: compileBundle(code, 'firmware.js'),
    world,
    board: on,
    flash: nor,
    onConsole: (line) => lines.push(decodeLogLine(line) ?? line),
  });
  board.powerOn();
  world.run(1000);
  board.powerOff();
  return lines;
}

const createFlash = () => createNor(map);
const at = (nor: Nor, offset: number) => {
  const into = new Uint8Array(4);
  nor.read(address + offset, into);
  return Buffer.from(into).toString('latin1');
};

describe('a firmware for an ESP32', { timeout: 60_000 }, () => {
  it('keeps its messages in the pages that belong to the outbox, and touches no other', async () => {
    const nor = createFlash();
    const touched: number[] = [];
    nor.interrupt = (operation) => void touched.push(operation.address);
    expect(await run(nor, MOTE)).toContain('firmware started');
    expect(at(nor, 0)).toBe('MOT\x01');
    expect(touched.length).toBeGreaterThan(0);
    expect(touched.filter((one) => one < address || one >= address + bytes)).toEqual([]);
  });

  it('leaves alone what somebody else has put there, and says so', async () => {
    const nor = createFlash();
    nor.program(address + 4096, Uint8Array.of(1, 2, 3, 4));
    const { programs } = nor.counters;
    const lines = await run(nor, MOTE);
    expect(lines.filter((line) => line.startsWith('the outbox takes nothing: something else'))).toHaveLength(
      1,
    );
    expect([nor.counters.programs, nor.counters.erases]).toEqual([programs, 0]);
  });

  it('formats it when it is told to', async () => {
    const nor = createFlash();
    nor.program(address + 4096, Uint8Array.of(1, 2, 3, 4));
    const lines = await run(nor, `if (formatOutbox() === 0) ${MOTE}`);
    expect(lines).toContain('firmware started');
    expect(lines.filter((line) => line.startsWith('the outbox takes nothing'))).toEqual([]);
    expect(at(nor, 0)).toBe('MOT\x01');
  });

  it('leaves the flash alone when it is built without it', async () => {
    const nor = createFlash();
    await run(nor, `if (formatOutbox() < 0) ${MOTE}`, { FLASH: false });
    expect(nor.counters.programs + nor.counters.erases).toBe(0);
  });

  it('gives up the oldest messages when it is told to, and says how many', async () => {
    const fill = (outbox: string) => `
      import { openMqtt } from 'mote-sdk/espruino';
      declare const console: { log(line: string): void };
      const connect = { clientId: 'm', keepAliveSec: 60, cleanSession: true, receiveMax: 100 };
      const mqtt = openMqtt({ host: '127.0.0.1', port: 1, ssid: '', wifiPassword: '', connect${outbox} });
      const topic = mqtt.topic('t', 1);
      let refused = 0;
      for (let i = 0; i < 80; i++) if (mqtt.publish(topic, '${'x'.repeat(960)}') < 0) refused++;
      console.log('refused ' + refused);`;
    const kept = await run(createFlash(), fill(''), {}, esp32, '');
    expect(kept.filter((line) => /refused|given up/.test(line))).toEqual(['refused 16']);
    const dropped = await run(createFlash(), fill(`, outbox: { whenFull: 'drop-oldest' }`), {}, esp32, '');
    const given = '4 accepted messages were given up: the outbox was full, and a new one needed the room';
    expect(dropped.filter((line) => /refused|given up/.test(line))).toEqual([
      ...Array(4).fill(given),
      'refused 0',
    ]);
  });

  it('takes what fits into a page, on a board with small ones', async () => {
    const nor = createNor(espruinoLinux.flash!);
    const lines = await run(nor, MOTE, {}, espruinoLinux);
    expect(lines).toContain('firmware started');
    expect(lines.filter((line) => line.startsWith('the outbox takes nothing'))).toEqual([]);
  });
});
