// Mosquitto with its database written after each change.

import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inPath } from '../../bench/programs.ts';
import { mosquitto as profile } from '../../flash/brokers/mosquitto.ts';
import { LOGIN, type TestedBroker } from './broker.ts';
import { createInstance } from './instance.ts';

const DENIED = 'denied/topic';
const ACL = `user ${LOGIN.username}\ntopic readwrite #\ntopic deny ${DENIED}\n`;

/** As root it would give up its rights, and could no longer read what lies in the folder. */
const config = (folder: string, port: number) => `
listener ${port} 127.0.0.1
user root
allow_anonymous false
password_file ${join(folder, 'passwords')}
acl_file ${join(folder, 'acl')}
persistence true
persistence_location ${folder}/
autosave_interval 1
autosave_on_changes true
`;

export const mosquitto: TestedBroker = {
  name: 'mosquitto',
  profile,
  behaviour: {
    sessionsSurvive: true,
    retainedWrittenMs: 0,
    wrongLogin: 5,
    wrongLogin5: 0x87,
    deniedTopic: DENIED,
  },
  enable: 'apt-get install mosquitto',
  startMs: 10_000,
  isThere: () => inPath('mosquitto') !== undefined && inPath('mosquitto_passwd') !== undefined,
  version: () => /version (\S+)/.exec(spawnSync(inPath('mosquitto')!, ['-h']).stdout.toString())?.[1] ?? '?',
  create(folder) {
    execFileSync(inPath('mosquitto_passwd')!, [
      '-c',
      '-b',
      join(folder, 'passwords'),
      LOGIN.username,
      LOGIN.password,
    ]);
    return createInstance(folder, this.startMs, 1, ([port]) => {
      writeFileSync(join(folder, 'acl'), ACL);
      writeFileSync(join(folder, 'mosquitto.conf'), config(folder, port!));
      return { program: inPath('mosquitto')!, args: ['-c', join(folder, 'mosquitto.conf')] };
    });
  },
};
