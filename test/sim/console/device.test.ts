// The virtual board as a device: starts, restarts, power cuts, locks, floods.

import { describe, expect, it } from 'vitest';
import { esp32 } from '../../../boards/esp32.ts';
import { boards } from '../../../boards/index.ts';
import { storedFile, storedNames, storeFile } from '../../../sim/console/preload.ts';
import { createNor } from '../../../sim/nor.ts';
import { createConsoleRig, storing } from './rig.ts';

const MAP = esp32.flash!;
const withBootCode = (code: string) => {
  const nor = createNor(MAP);
  storeFile(nor, MAP, '.bootcde', code);
  return nor;
};

describe('a board with a console', () => {
  it('says who it is, and answers', () => {
    const rig = createConsoleRig();
    const said = rig.on();
    expect(said.startsWith('\x1b[?7l\r\n ____ ')).toBe(true);
    expect(said.endsWith('http://espruino.com/Donate\r\n\r\n>')).toBe(true);
    expect(rig.type('process.env.BOARD\n')).toBe('process.env.BOARD\r\n="ESP32"\r\n>');
    expect(rig.type('\x05')).toBe('Espruino 2v29 ESP32\r\n');
    expect(rig.type('\x03')).toBe('');
  });

  it.each(boards.filter(({ engine }) => engine === 'espruino').map((board) => [board.id, board] as const))(
    'is called what Espruino calls it: %s',
    (_id, board) => {
      const rig = createConsoleRig({ data: board });
      rig.on();
      expect(rig.type('\x05')).toBe(`Espruino 2v29 ${board.engineName}\r\n`);
      expect(rig.run('print(process.env.BOARD)')).toEqual([board.engineName]);
    },
  );

  it('runs saved code when the power comes, without a banner', () => {
    const rig = createConsoleRig({
      flash: withBootCode('print("up");E.on("init",function(){print("init")});'),
    });
    expect(rig.on()).toBe('\r\x1b[Jup\r\ninit\r\n\r\n>');
    expect(rig.type('load()\n')).toBe('load()\r\n=undefined\r\nup\r\ninit\r\n>');
    expect(rig.type('E.reboot()\n')).toBe('E.reboot()\r\n\r\x1b[Jup\r\ninit\r\n\r\n>');
  });

  it('has nothing of the last start after a restart, and all of the flash', () => {
    const rig = createConsoleRig();
    rig.on();
    for (const restart of ['reset()', 'load()', 'E.reboot()']) {
      rig.type(
        'var kept=1;function f(){};Array.prototype.mine=1;setInterval(function(){print("tick")},10)\n',
        1,
      );
      rig.type(storing('file', restart));
      rig.type(`\x10${restart}\n`, 1000);
      expect(rig.run('print(typeof kept,typeof f,[].mine,require("Storage").read("file"))')).toEqual([
        `undefined undefined undefined ${restart}`,
      ]);
    }
    rig.board.power.cut();
    expect(rig.type('1\n')).toBe('');
    rig.on();
    expect(rig.run('print(require("Storage").list())')).toEqual(['[ ', '  "file"', ' ]']);
  });

  it('goes on while somebody types, and shows the typed line again', () => {
    const rig = createConsoleRig({ flash: withBootCode('setInterval(function(){print("flood")},1)') });
    rig.on();
    const said = [...'1+41'].map((char) => rig.type(char, 5)).join('') + rig.type('\n', 5);
    expect(said).toContain('=42\r\n');
    expect(said).toContain('>1+4\r\x1b[J'.replace('\r', '\x1b[D\x1b[D\x1b[D\r'));
    expect(said.match(/flood/g)!.length).toBeGreaterThan(15);
  });

  it('asks for the password that the saved code sets, and Ctrl-C does not help', () => {
    const rig = createConsoleRig({ flash: withBootCode('E.setPassword("sesame");E.lockConsole();') });
    expect(rig.on()).toBe('\r\npassword>');
    expect(rig.type('\x03print(1)\n')).toBe('\r\n  Invalid password\r\npassword>');
    expect(rig.type('sesame\n')).toBe('\r\n  Logged in.\r\n>');
    expect(rig.run('print(1)')).toEqual(['1']);
  });

  it('has no console where a program takes it away', () => {
    const rig = createConsoleRig();
    rig.on();
    rig.type('\x10Serial1.on("data",function(d){Serial1.write("<"+d+">")});E.setConsole(null)\n');
    expect(rig.type('ab')).toBe('<ab>');
    expect(rig.type('E.setConsole("Serial1")\n')).toContain('<');
  });

  it('sends XOFF when more arrives than it can take, and XON when there is room, and loses nothing', () => {
    const rig = createConsoleRig();
    rig.on();
    const lines = Array.from(
      { length: 40 },
      (_, i) => `\x10sum=(global.sum|0)+${i};"${'x'.repeat(50)}"\n`,
    ).join('');
    // One of each, in this order.
    const flow = [...rig.type(lines)].filter((char) => char === '\x13' || char === '\x11');
    expect(flow.join('')).toBe('\x13\x11');
    expect(rig.run('print(sum)')).toEqual(['780']);
  });

  it('loses what functions in a file of Storage were, when the file goes', () => {
    const rig = createConsoleRig({
      flash: withBootCode('function f(){return 1}setInterval(function(){f()},50)'),
    });
    rig.on();
    expect(rig.type('\x10require("Storage").erase(".bootcde")\n', 60)).toContain(
      'Uncaught Error: Function code is null, not a string\r\n',
    );
  });
});

describe('power cuts', () => {
  const UPLOAD = storing('.bootcde', 'print("new and longer")');
  const count = () => {
    const rig = createConsoleRig({ flash: withBootCode('print("old")') });
    rig.on();
    rig.type(UPLOAD);
    return rig.board.flashOperations;
  };

  it('come at the n-th flash operation, and leave what was done before it', () => {
    const operations = count();
    expect(operations).toBeGreaterThanOrEqual(3);
    const outcomes = Array.from({ length: operations + 1 }, (_, i) => {
      const rig = createConsoleRig({ flash: withBootCode('print("old")'), cutAtOperation: i + 1 });
      let cuts = 0;
      rig.board.onCut = () => void cuts++;
      rig.on();
      rig.type(UPLOAD);
      expect(rig.board.power.isOn()).toBe(cuts === 0);
      expect(cuts).toBe(i < operations ? 1 : 0);
      rig.board.power.cut();
      const said = rig.on();
      return /old/.test(said) ? 'old' : /new/.test(said) ? 'new' : 'none';
    });
    // Erased first, written then: nothing of this is safe, as on the engine.
    expect(outcomes).toEqual(['old', ...outcomes.slice(1, -1).map(() => 'none'), 'new']);
  });

  it('can come in the middle of an operation', () => {
    const rig = createConsoleRig({
      flash: withBootCode('print("old")'),
      cutAtOperation: 3,
      torn: () => ({ done: (offset) => (offset < 5 ? 0xff : 0) }),
    });
    rig.on();
    rig.type(UPLOAD);
    expect(rig.board.power.isOn()).toBe(false);
    expect(storedFile(rig.board.flash, MAP, '.bootcde')).toMatch(/^print\xff+$/);
  });

  it('boots fast enough to be swept', () => {
    const rig = createConsoleRig({ flash: withBootCode('print("old")') });
    const start = performance.now();
    for (let i = 0; i < 50; i++) {
      rig.board.power.on();
      rig.world.run(10);
      rig.board.power.cut();
    }
    expect((performance.now() - start) / 50).toBeLessThan(50);
  });
});

describe('a Storage that is not in order', () => {
  const corrupted = (spoil: (nor: ReturnType<typeof createNor>) => void) => {
    const flash = withBootCode('print("code")');
    storeFile(flash, MAP, 'data', 'x'.repeat(5000));
    spoil(flash);
    const rig = createConsoleRig({ flash });
    return { said: rig.on(), names: storedNames(flash, MAP) };
  };
  const ERASED = /^Storage is corrupt.\r\nErasing Storage Area...\r\nErase complete.\r\n/;

  it('is erased when the power comes', () => {
    const { said, names } = corrupted((nor) => nor.program(MAP.storage.address, new Uint8Array(4)));
    expect(said).toMatch(ERASED);
    expect(names).toEqual([]);
  });

  it('is erased when something stands behind the last file', () => {
    const { said } = corrupted((nor) => {
      // The page after the gap begins with half a header.
      nor.program(MAP.storage.address + 2 * MAP.pageBytes, Uint8Array.of(0, 0, 0, 0));
    });
    expect(said).toMatch(ERASED);
  });

  it('is left alone when only data are wrong', () => {
    const { said, names } = corrupted((nor) => nor.program(MAP.storage.address + 32, new Uint8Array(4)));
    expect(said).not.toMatch(ERASED);
    expect(names).toEqual(['.bootcde', 'data']);
  });
});
