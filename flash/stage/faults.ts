// What can be done to a mote, as a table: what a page offers, and what each does. All of it happens in the world's own time, so it is the same
// live and in virtual time. What becomes of it is followed in outcome.ts.

import { createRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { tornWays } from '../../sim/torn.ts';
import { USUAL_DELAY_MS, after, hold, msOf, secondsOf } from './fault-scene.ts';
import type { FaultArgs, FaultKind, FaultScene } from './fault-scene.ts';
import type { Report } from './outcome.ts';
import { SENSOR_FAULTS } from './sensor-faults.ts';

/** A page that is written to less often than this is not waited for. */
const PATIENCE_MS = 60_000;
/** Of a worn page so many bits stay as they are. */
const STUCK_SHARE = 0.02;

const hex = (value: number) => `0x${value.toString(16)}`;

/** Take the power away for a time. */
function cut(scene: FaultScene, args: FaultArgs, report: Report, cause: string, isTorn: boolean): void {
  const had = scene.connections.count();
  scene.power.off(cause, isTorn);
  if (had > 0) report.breaks();
  report.tell(`Without power for ${after(args)}.`);
  scene.setTimer(msOf(args), () => {
    scene.power.on('the power came back');
    report.done();
  });
}

const quality = ({ network }: FaultScene) => network.settings;

export const FAULTS: Readonly<Record<string, FaultKind>> = {
  'power-cut': {
    label: 'Cut the power',
    help: 'The plug is pulled now. Memory and connections are gone; flash stays.',
    args: () => [secondsOf(5)],
    begin(scene, args, report) {
      if (!scene.power.isOn()) {
        report.tell('There was no power to be cut.');
        return report.done();
      }
      cut(scene, args, report, 'the power was cut', false);
    },
  },
  'power-cut-at-write': {
    label: 'Cut the power at the next flash write',
    help: 'The plug is pulled in the middle of the next program or erase of the flash, which is left half done.',
    args: () => [secondsOf(5)],
    begin(scene, args, report) {
      const { flash } = scene;
      report.tell('It waits for the next program or erase of the flash.');
      const strike: NonNullable<Nor['interrupt']> = (operation) => {
        const { kind, bytes, address } = operation;
        const ways = tornWays(operation, flash.geometry.programUnit, scene.random);
        const way = ways[scene.random.integer(0, ways.length - 1)]!;
        flash.interrupt = undefined;
        report.tell(
          `The power went in the middle of ${kind === 'program' ? 'a program' : 'an erase'} of ${bytes} bytes at ${hex(address)}; what was done of it: ${way.name}.`,
        );
        cut(scene, args, report, `the power was cut in the middle of a flash ${kind}`, true);
        return way.torn;
      };
      flash.interrupt = strike;
      scene.setTimer(PATIENCE_MS, () => {
        if (flash.interrupt !== strike) return;
        flash.interrupt = undefined;
        report.tell(`Nothing was written to flash for ${PATIENCE_MS / 1000} s, so the power stayed.`);
        report.done();
      });
    },
  },
  'wifi-off': {
    label: 'Drop Wi-Fi',
    help: 'The access point goes off the air, and comes back.',
    args: () => [secondsOf(10)],
    begin(scene, args, report) {
      if (scene.connections.count() > 0) report.breaks();
      scene.accessPoint.setUp(false);
      report.tell(`The access point is off the air for ${after(args)}.`);
      hold(scene, 'wifi', msOf(args), () => scene.accessPoint.setUp(true));
      scene.setTimer(msOf(args), report.done);
    },
  },
  'half-open': {
    label: 'Half-open link',
    help: 'The connection dies without a word: neither side hears from the other again, and the mote has to notice by itself.',
    args: () => [],
    begin(scene, _, report) {
      const open = scene.connections.count();
      if (open > 0) {
        report.breaks();
        scene.connections.goSilent();
        scene.network.vanishAll();
        report.tell('The connection is half-open: what the mote sends arrives nowhere.');
      } else report.tell('No connection was open.');
      report.done();
    },
  },
  'broker-stop': {
    label: 'Stop the broker',
    help: 'The broker stops, its port refuses, and it starts again with its sessions.',
    args: ({ broker }) => (broker === undefined ? undefined : [secondsOf(10)]),
    begin(scene, args, report) {
      const { broker } = scene;
      if (scene.connections.count() > 0) report.breaks();
      broker!.stop();
      report.tell(`The broker is stopped for ${after(args)}.`);
      hold(scene, 'broker', msOf(args), () => broker!.start());
      scene.setTimer(msOf(args), report.done);
    },
  },
  lossy: {
    label: 'Lossy link',
    help: 'So many segments are lost on the way and sent again; others come in pieces.',
    args: () => [{ name: 'percent', label: 'lost', unit: '%', value: 30, least: 1, most: 90 }, secondsOf(30)],
    begin(scene, args, report) {
      Object.assign(quality(scene), { loss: Number(args['percent']) / 100, split: 0.4, merge: 0.4 });
      report.tell(`Of ${args['percent']} % of the segments the first try is lost, for ${after(args)}.`);
      hold(scene, 'loss', msOf(args), () => Object.assign(quality(scene), { loss: 0, split: 0, merge: 0 }));
      scene.setTimer(msOf(args), report.done);
    },
  },
  slow: {
    label: 'Slow link',
    help: 'Everything takes so long on its way, in each direction.',
    args: () => [
      { name: 'delayMs', label: 'delay', unit: 'ms', value: 1500, least: 1, most: 30_000 },
      secondsOf(30),
    ],
    begin(scene, args, report) {
      const delayMs = Number(args['delayMs']);
      quality(scene).delayMs = [delayMs, delayMs * 1.2];
      report.tell(`Each way takes ${delayMs} ms and up to a fifth more, for ${after(args)}.`);
      hold(scene, 'delay', msOf(args), () => void (quality(scene).delayMs = USUAL_DELAY_MS));
      scene.setTimer(msOf(args), report.done);
    },
  },
  ...SENSOR_FAULTS,
  'clock-jump': {
    label: 'Clock jump',
    help: "The board's wall clock is set by so many seconds, as a time server would that is wrong, or right at last.",
    args: () => [
      { name: 'seconds', label: 'by', unit: 's', value: 3600, least: -2_000_000_000, most: 2_000_000_000 },
    ],
    begin(scene, args, report) {
      scene.jumpClock(msOf(args));
      report.tell(`The wall clock of the board was set by ${after(args)}.`);
      report.done();
    },
  },
  'flash-worn': {
    label: 'Wear a flash page out',
    help: 'From now on an erase of this page of the outbox leaves some of its bits 0.',
    args: ({ outbox, flash }) => [
      {
        name: 'page',
        label: 'page',
        value: 0,
        least: 0,
        most: outbox.bytes / flash.geometry.pageBytes - 1,
      },
    ],
    begin(scene, args, report) {
      const page = Math.floor(Number(args['page']));
      const { pageBytes } = scene.flash.geometry;
      const random = createRandom(scene.random.integer(0, 0x7fffffff));
      const stuck = Uint8Array.from({ length: pageBytes }, () =>
        random.chance(STUCK_SHARE) ? 1 << random.integer(0, 7) : 0,
      );
      scene.flash.wearOut(scene.outbox.address + page * pageBytes, (offset) => stuck[offset]!);
      const bits = stuck.reduce((sum, mask) => sum + (mask === 0 ? 0 : 1), 0);
      report.tell(
        `Page ${page} of the outbox is worn out: ${bits} of its bits stay 0 from its next erase on.`,
      );
      report.done();
    },
  },
};
