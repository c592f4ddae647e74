import fs from 'node:fs';
import path from 'node:path';

export const TMPFS = '/dev/shm';
/** What programs need while they restore. */
const SLACK = 2 * 1024 ** 3;

/**
 * Empty directories to restore into: in memory when there is room, because there the disk has no say. On a disk, what
 * was restored stays until the round is over: ext4 makes new files very slowly where as many were removed just before.
 */
export class Targets {
  #fallback;
  #kept = [];

  constructor(fallback) {
    this.#fallback = fallback;
  }

  make(bytes) {
    const inMemory = roomInMemory() > bytes + SLACK;
    if (!inMemory) fs.mkdirSync(this.#fallback, { recursive: true });
    const target = fs.mkdtempSync(path.join(inMemory ? TMPFS : this.#fallback, 'firn-bench-'));
    if (!inMemory) this.#kept.push(target);
    return target;
  }

  remove(target) {
    if (!this.#kept.includes(target)) fs.rmSync(target, { recursive: true, force: true });
  }

  removeAll() {
    for (const target of this.#kept.splice(0)) fs.rmSync(target, { recursive: true, force: true });
  }
}

/** Bytes that may be put into memory; 0 where there is no such place. */
export function roomInMemory() {
  if (!fs.existsSync(TMPFS)) return 0;
  const { bavail, bsize } = fs.statfsSync(TMPFS);
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(fs.readFileSync('/proc/meminfo', 'utf8'))?.[1];
  return Math.min(bavail * bsize, Number(available) * 1024);
}
