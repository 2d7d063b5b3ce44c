// A virtual board on a TCP port for the uploader: its flash, its power, and the cut of the power at any flash operation.

import { findBoard } from '../../../flash/boards.ts';
import { createConsoleBoard } from '../../../sim/console/board.ts';
import { serveConsole } from '../../../sim/console/serve.ts';
import { createNor, type Nor, type NorOperation, type Torn } from '../../../sim/nor.ts';

export interface VirtualBoard {
  readonly port: string;
  readonly nor: Nor;
  printed(): string;
  /** The power was cut by a flash operation; the port is gone with it. */
  isCut(): boolean;
  /** Power off and on again. */
  restart(): void;
  close(): Promise<void>;
}

export interface VirtualOptions {
  /** Default: esp32. */
  readonly board?: string;
  /** What it calls itself; default: what Espruino calls such a board. */
  readonly calls?: string;
  readonly nor?: Nor;
  readonly cutAtOperation?: number;
  readonly torn?: (operation: NorOperation) => Torn;
}

export async function startVirtualBoard({
  board: id = 'esp32',
  calls,
  nor,
  cutAtOperation,
  torn,
}: VirtualOptions = {}): Promise<VirtualBoard> {
  const known = findBoard(id);
  const data = calls === undefined ? known : { ...known, engineName: calls };
  const flash = nor ?? createNor(data.flash!);
  const board = createConsoleBoard({
    board: data,
    flash,
    ...(cutAtOperation !== undefined && { cutAtOperation }),
    ...(torn && { torn }),
  });
  const served = await serveConsole(board);
  const serve = board.onText;
  let text = '';
  let isCut = false;
  let closed: Promise<void> | undefined;
  board.onText = (more) => {
    text += more;
    serve(more);
  };
  board.onCut = () => {
    isCut = true;
    closed = served.close();
  };
  board.power.on();
  return {
    port: served.address,
    nor: flash,
    printed: () => text,
    isCut: () => isCut,
    restart() {
      text = '';
      board.power.cut();
      board.power.on();
    },
    async close() {
      await (closed ?? served.close());
      await board.close();
    },
  };
}
