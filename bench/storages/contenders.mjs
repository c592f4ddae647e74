import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { findProgram } from '#host';
import { firn } from './clients/firn.mjs';
import { lftp } from './clients/lftp.mjs';
import { rclone } from './clients/rclone.mjs';
import { sftp } from './clients/sftp.mjs';
import { swift } from './clients/swift.mjs';

/** Who takes part with which protocol. The first client is the one of the protocol, which Firn is measured against. */
const TABLE = {
  sftp: { needs: ['sshd'], clients: [sftp, rclone] },
  s3: { needs: ['swift-proxy-server', 'memcached'], clients: [rclone] },
  swift: { needs: ['swift-proxy-server', 'memcached'], clients: [swift, rclone] },
  ftp: { needs: ['vsftpd'], clients: [lftp, rclone] },
};

export const PROTOCOLS = Object.keys(TABLE);

/** What can be measured here, by protocol, and what is left out, and why. */
export function contendersHere(wanted) {
  const leftOut = [];
  const here = [];
  const without = (names) => names.find((name) => findProgram(name) === undefined);
  for (const protocol of wanted) {
    const { needs, clients } = TABLE[protocol];
    const missing = without(needs);
    const refused = protocol === 'ftp' && process.getuid() !== 0 ? 'only root may start vsftpd' : undefined;
    const reason = missing === undefined ? refused : `no program ${missing}`;
    if (reason !== undefined) {
      leftOut.push({ name: protocol, reason });
      continue;
    }
    const present = clients.filter(({ program }) => without([program]) === undefined);
    for (const { program } of clients.filter((client) => !present.includes(client)))
      leftOut.push({ name: `${program} with ${protocol}`, reason: `no program ${program}` });
    here.push({ protocol, own: clients[0].name, contenders: [firn, ...present].map(withVersion) });
  }
  return { here, leftOut };
}

function withVersion(contender) {
  return { ...contender, version: contender.version ?? versionOf(contender.versionCall) };
}

function versionOf([program, ...args]) {
  // ssh says it on standard error.
  const text = execFileSync('sh', ['-c', 'exec "$@" 2>&1', 'sh', program, ...args], { encoding: 'utf8' });
  return text.split('\n')[0].trim();
}
