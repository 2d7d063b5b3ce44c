// RabbitMQ with its MQTT plugin. Its node wants a name service, epmd, which is started here too, so that it ends with the test.

import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, inPath } from '../../bench/programs.ts';
import { rabbitmq as profile } from '../../flash/brokers/rabbitmq.ts';
import { LOGIN, type TestedBroker } from './broker.ts';
import { createInstance } from './instance.ts';
import { launch } from './program.ts';

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

const config = (port: number, amqpPort: number) => `
listeners.tcp.1 = 127.0.0.1:${amqpPort}
mqtt.listeners.tcp.1 = 127.0.0.1:${port}
mqtt.allow_anonymous = false
mqtt.subscription_ttl = 86400000
default_user = ${LOGIN.username}
default_pass = ${LOGIN.password}
`;

export const rabbitmq: TestedBroker = {
  name: 'rabbitmq',
  profile,
  behaviour: { sessionsSurvive: true, retainedWrittenMs: 4000, wrongLogin: 4 },
  enable: 'apt-get install rabbitmq-server',
  startMs: 120_000,
  isThere: () => existsSync(SERVER) && inPath('epmd') !== undefined,
  version: () =>
    execFileSync('dpkg-query', ['-W', '-f', '${Version}', 'rabbitmq-server'], { encoding: 'utf8' }),
  async create(folder) {
    const [names] = await freePorts(1);
    const address = { ERL_EPMD_PORT: `${names}`, ERL_EPMD_ADDRESS: '127.0.0.1' };
    const epmd = await launch({ program: inPath('epmd')!, args: [], env: address }, folder, names!, 10_000);
    const instance = await createInstance(folder, this.startMs, 3, ([port, amqpPort, nodePort]) => {
      writeFileSync(join(folder, 'rabbitmq.conf'), config(port!, amqpPort!));
      writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_mqtt].\n');
      return {
        program: SERVER,
        args: [],
        env: {
          ...address,
          RABBITMQ_NODENAME: `story${nodePort}@localhost`,
          RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
          RABBITMQ_CONF_ENV_FILE: '/dev/null',
          RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
          RABBITMQ_LOG_BASE: join(folder, 'log'),
          RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
          RABBITMQ_DIST_PORT: `${nodePort}`,
          RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
        },
      };
    });
    return {
      ...instance,
      async close() {
        await instance.close();
        await epmd.kill();
      },
    };
  },
};
