// What can be done to the sensors of a mote, and to what is around them.

import type { FaultArgument } from './events.ts';
import { after, choice, hold, msOf, secondsOf } from './fault-scene.ts';
import type { FaultKind, FaultScene } from './fault-scene.ts';

function sensorsOf(
  scene: FaultScene,
  isFit: (sensor: { hasCrc: boolean }) => boolean,
): FaultArgument[] | undefined {
  const names = [...scene.sensors].filter(([, sensor]) => isFit(sensor)).map(([name]) => name);
  return names.length === 0 ? undefined : [choice('sensor', 'sensor', names), secondsOf(20)];
}

export const SENSOR_FAULTS: Readonly<Record<string, FaultKind>> = {
  unplug: {
    label: 'Unplug a sensor',
    help: 'A wire is off: nothing answers. Plugged in again, the chip has forgotten its settings.',
    args: (scene) => sensorsOf(scene, () => true),
    begin(scene, args, report) {
      const name = String(args['sensor']);
      const { chip } = scene.sensors.get(name)!;
      report.fails();
      chip.faults.absent = true;
      scene.sensor('unplugged', name);
      report.tell(`${name} is unplugged for ${after(args)}.`);
      hold(scene, `unplug ${name}`, msOf(args), () => {
        chip.faults.absent = false;
        chip.brownOut(Math.floor(scene.now()));
        scene.sensor('plugged in', name);
      });
      scene.setTimer(msOf(args), report.done);
    },
  },
  crc: {
    label: 'Checksum faults',
    help: 'A bit turns on the way from a sensor, so its checksums do not fit. For chips that send one.',
    args: (scene) => sensorsOf(scene, ({ hasCrc }) => hasCrc),
    begin(scene, args, report) {
      const name = String(args['sensor']);
      const { chip } = scene.sensors.get(name)!;
      report.fails();
      chip.faults.badCrc = true;
      scene.sensor('checksums wrong', name);
      report.tell(`What ${name} sends has a wrong checksum for ${after(args)}.`);
      hold(scene, `crc ${name}`, msOf(args), () => {
        chip.faults.badCrc = false;
        scene.sensor('checksums right', name);
      });
      scene.setTimer(msOf(args), report.done);
    },
  },
  weather: {
    label: 'Change the weather',
    help: 'Another environment is around all sensors from now on.',
    args: ({ sensors, environments }) =>
      sensors.size === 0 ? undefined : [choice('environment', 'environment', environments)],
    begin(scene, args, report) {
      const name = String(args['environment']);
      report.changes();
      scene.setEnvironment(name);
      scene.sensor('surroundings', name);
      report.tell(`Around the sensors it is "${name}" from now on.`);
      report.done();
    },
  },
};
