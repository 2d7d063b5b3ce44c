// ejabberd with mod_mqtt, as one Erlang node that talks to no other. Its own start script is passed by: that reads the
// packaged configuration, which opens public ports.

import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inPath } from '../../bench/programs.ts';
import { ejabberd as profile } from '../../flash/brokers/ejabberd.ts';
import { LOGIN, type TestedBroker } from './broker.ts';
import { createInstance } from './instance.ts';

const config = (port: number) => `
hosts: ["localhost"]
loglevel: warning
listen:
  - { port: ${port}, ip: "127.0.0.1", module: mod_mqtt, backlog: 100 }
auth_method: [internal]
auth_password_format: plain
modules:
  mod_mqtt:
    session_expiry: 1 hour
    max_queue: 50000
    access_publish: { "#": [{ allow: all }] }
    access_subscribe: { "#": [{ allow: all }] }
`;

const LIBRARIES = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].find((folder) =>
  existsSync(folder),
);
/** In the place of `ejabberdctl register`, which needs a node that others can talk to. */
const REGISTER = `ejabberd_auth:try_register(<<"${LOGIN.username}">>, <<"localhost">>, <<"${LOGIN.password}">>).`;

export const ejabberd: TestedBroker = {
  name: 'ejabberd',
  profile,
  behaviour: {
    sessionsSurvive: false,
    retainedWrittenMs: 4000,
    wrongLogin: 5,
    wrongLogin5: 0x87,
  },
  enable: 'apt-get install ejabberd',
  startMs: 60_000,
  isThere: () => inPath('ejabberdctl') !== undefined && inPath('erl') !== undefined,
  version: () => execFileSync('dpkg-query', ['-W', '-f', '${Version}', 'ejabberd'], { encoding: 'utf8' }),
  create(folder) {
    return createInstance(folder, this.startMs, 1, ([port]) => {
      const file = join(folder, 'ejabberd.yml');
      writeFileSync(file, config(port!));
      return {
        program: inPath('erl')!,
        args: [
          ...['-noinput', '-mnesia', 'dir', `"${join(folder, 'mnesia')}"`],
          ...['-s', 'ejabberd', '-eval', `{ok,_}=application:ensure_all_started(ejabberd), ${REGISTER}`],
        ],
        env: {
          ERL_LIBS: LIBRARIES ?? '',
          EJABBERD_CONFIG_PATH: file,
          EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
          ERL_CRASH_DUMP: join(folder, 'crash.dump'),
        },
      };
    });
  },
};
