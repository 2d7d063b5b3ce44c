// NATS with JetStream, in which it keeps what MQTT asks of it.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inPath } from '../../bench/programs.ts';
import { nats as latest, nats29 } from '../../flash/brokers/nats.ts';
import { LOGIN, type TestedBroker } from './broker.ts';
import { createInstance } from './instance.ts';

const config = (folder: string, port: number, natsPort: number) => `
host: 127.0.0.1
port: ${natsPort}
server_name: story
jetstream { store_dir: "${folder}" }
mqtt {
  ack_wait: "2s"
  host: 127.0.0.1
  port: ${port}
  authorization { username: "${LOGIN.username}", password: "${LOGIN.password}" }
}
`;

const version = () =>
  /v(\d\S*)/.exec(execFileSync(inPath('nats-server')!, ['--version'], { encoding: 'utf8' }))?.[1] ?? '?';
const isThere = () => inPath('nats-server') !== undefined;
const isOld = isThere() && /^2\.[0-9]\./.test(version());

export const nats: TestedBroker = {
  name: 'nats',
  profile: isOld ? nats29 : latest,
  behaviour: { sessionsSurvive: true, retainedWrittenMs: 0, wrongLogin: 5 },
  enable: 'apt-get install nats-server',
  startMs: 10_000,
  isThere,
  version,
  create(folder) {
    return createInstance(folder, this.startMs, 2, ([port, natsPort]) => {
      writeFileSync(join(folder, 'nats.conf'), config(folder, port!, natsPort!));
      return { program: inPath('nats-server')!, args: ['-c', join(folder, 'nats.conf')] };
    });
  },
};
