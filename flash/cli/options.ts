// Options that several commands share: how a firmware is built.

import { parseSettings } from '../build/settings.ts';
import { locateFirmware } from '../build/firmware.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { Option, type Command } from 'commander';
import { brokers } from '../brokers/index.ts';

export interface FirmwareFlags {
  readonly set: string[];
  readonly feature: string[];
}

/** For an option that can be given again and again. */
export const collect = (value: string, former: string[]): string[] => [...former, value];

/** Add `--set key=value` and `--feature name=on|off` to a command; both can be given again and again. */
export function addFirmwareOptions(command: Command): Command {
  return command
    .option('--set <key=value>', 'replace a value of settings.json, e.g. broker.port=1884', collect, [])
    .option('--feature <name=on|off>', 'switch a feature of src/features.ts, e.g. log=off', collect, []);
}

/** `--broker-profile`, with the names of the brokers in its help. */
export function brokerProfileOption(): Option {
  return new Option(
    '--broker-profile <id>',
    'refuse what this broker does not take; default: broker.profile of settings.json',
  ).choices(brokers.map(({ id }) => id));
}

function parseFeatures(flags: readonly string[]): Record<string, boolean> {
  const features: Record<string, boolean> = {};
  for (const flag of flags) {
    const match = /^(\w+)=(on|off)$/.exec(flag);
    if (!match) {
      throw new MoteError(
        `${JSON.stringify(flag)} switches no feature`,
        'write name=on or name=off',
        '--feature',
        ExitCode.Usage,
      );
    }
    features[(match[1] as string).toUpperCase()] = match[2] === 'on';
  }
  return features;
}

/** @returns the part of the build options that these flags decide. */
export function firmwareOptions(firmware: string, flags: FirmwareFlags) {
  return {
    firmware,
    settings: parseSettings(locateFirmware(firmware).folder, flags.set),
    features: parseFeatures(flags.feature),
  };
}
