// What the computer lets a fleet have, looked at before the first connection is opened: open files of this process and of a broker on this
// computer, and ports to connect from. Linux says it in /proc; elsewhere nothing is known and nothing refused.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { ExitCode, MoteError } from '../errors.ts';
import type { Target } from './plan.ts';

/** Beside connections: files, pipes, the observer, threads. */
const OTHERS = 100;

export interface Handles {
  /** Open files that a process may have; undefined: not known. */
  filesOf(pid: number | 'self'): number | undefined;
  /** @returns the process that listens on a port of this computer, where that can be seen. */
  listenerOn(port: number): number | undefined;
  /** Ports to connect from, for each address and port to connect to. */
  ports(): number | undefined;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function listenerOn(port: number): number | undefined {
  const LISTENS = '0A';
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = ['tcp', 'tcp6'].flatMap((name) =>
    (read(`/proc/net/${name}`) ?? '').split('\n').flatMap((line) => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      return local.endsWith(`:${hex}`) && state === LISTENS ? [`socket:[${inode}]`] : [];
    }),
  );
  if (inodes.length === 0) return undefined;
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.map(Number).find((pid) => {
    try {
      const folder = `/proc/${pid}/fd`;
      return readdirSync(folder).some((fd) => inodes.includes(readlinkSync(`${folder}/${fd}`)));
    } catch {
      // It is another user's, or has just ended.
      return false;
    }
  });
}

/** What this computer says. */
export const HANDLES: Handles = {
  filesOf(pid) {
    const limit = /^Max open files\s+(\d+)/m.exec(read(`/proc/${pid}/limits`) ?? '')?.[1];
    return limit === undefined ? undefined : Number(limit);
  },
  listenerOn,
  ports() {
    const range = read('/proc/sys/net/ipv4/ip_local_port_range')?.trim().split(/\s+/).map(Number);
    return range?.length === 2 ? range[1]! - range[0]! + 1 : undefined;
  },
};

const isHere = ({ host }: Target) => /^(127\.|localhost$|::1$)/.test(host);

/** @throws MoteError when so many motes cannot have a connection each. @param isEmbedded the broker is started with our limits. */
export function checkHandles(
  motes: number,
  targets: readonly Target[],
  isEmbedded: boolean,
  handles: Handles = HANDLES,
): void {
  const refuse = (what: string, fix: string, where: string) => {
    throw new MoteError(what, `${fix}, or take fewer --motes`, where, ExitCode.Environment);
  };
  const needed = motes + OTHERS;
  const own = handles.filesOf('self');
  if (own !== undefined && own < needed) {
    const fix = `raise it in this shell: ulimit -n ${needed} (as root, or where /etc/security/limits.conf has a hard nofile that high)`;
    refuse(
      `${motes} connections need ${needed} open files, and this process may have ${own}`,
      fix,
      '--motes',
    );
  }
  const ports = handles.ports();
  const each = Math.ceil(motes / Math.max(1, targets.length));
  if (ports !== undefined && ports < each) {
    const fix = `sysctl net.ipv4.ip_local_port_range="1024 65535", or name more addresses in --broker`;
    refuse(`${each} connections to one address need as many ports, and there are ${ports}`, fix, '--motes');
  }
  if (isEmbedded) return;
  for (const target of targets.filter(isHere)) {
    const pid = handles.listenerOn(target.port);
    const files = pid === undefined ? undefined : handles.filesOf(pid);
    if (files === undefined || files >= each + OTHERS) continue;
    const what = `the broker (process ${pid}) may have ${files} open files, and ${each} motes connect to it`;
    const fix = `start it with ulimit -n ${each + OTHERS}, or LimitNOFILE= of its systemd unit`;
    refuse(what, fix, `${target.host}:${target.port}`);
  }
}
