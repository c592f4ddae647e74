import { formatBytes } from '#config';
import type { Entry } from '#domain';
import { Failure, printable } from '#kernel';
import { everything, LiveTree, type Wanted } from '#backup-set';
import type { ActionContext, ActionResult } from '../action.js';
import { compose } from '../compose.js';
import { openPoint } from '../open-point.js';
import { relativePath } from '../relative-path.js';

/** Lists the files of a restore point, or of one directory in it with all that is below. Paths are in byte order. */
export async function ls({
  config,
  reporter,
  signal,
  logger,
  words,
}: ActionContext<'ls'>): Promise<ActionResult> {
  const composed = await compose(config, { logger, reporter });
  try {
    const { point, chain } = await openPoint(composed.parts, config, signal);
    const path = relativePath(words[0], chain.at(-1)?.manifest.source);
    const tree = new LiveTree(chain);
    const found: Entry[] = [];
    for await (const { entry, ancestor } of tree.walk(under(path), signal)) if (!ancestor) found.push(entry);
    tree.refuseHoles();
    if (found.length === 0)
      throw new Failure('backup.path-missing', `there is no "${path}" in backup ${point.backup.id}`, {
        path,
      });
    found.sort((a, b) => (a.path < b.path ? -1 : 1));
    for (const entry of found) reporter.item('entry', facts(entry), line(entry));
    for (const notice of tree.notices) {
      reporter.warning('notice', notice, `${notice.state}: ${printable(notice.path)}: ${notice.reason}`);
    }
    return {
      summary: {
        action: 'ls',
        state: 'succeeded',
        exitCode: 0,
        backup: point.backup.id,
        entries: found.length,
      },
      lines: [],
    };
  } finally {
    await composed.close();
  }
}

function under(path: string): Wanted {
  if (path === '.') return everything;
  const wanted = (candidate: string) => candidate === path || candidate.startsWith(`${path}/`);
  return Object.assign(wanted, { roots: [path] });
}

function facts({ type, mtimeNs, listing: _listing, at: _at, span: _span, ...entry }: Entry): object {
  return { kind: type, ...entry, mtimeNs: mtimeNs.toString() };
}

const SIGNS: Readonly<Record<Entry['type'], string>> = {
  ...{ file: '-', directory: 'd', symlink: 'l', hardlink: 'h', fifo: 'p' },
  ...{ 'character-device': 'c', 'block-device': 'b' },
};

function line(entry: Entry): string {
  const mode = SIGNS[entry.type] + rights(entry.mode);
  const owner = `${entry.user ?? entry.uid} ${entry.group ?? entry.gid}`;
  const time = new Date(Number(entry.mtimeNs / 1_000_000n)).toISOString();
  const link =
    entry.link === undefined
      ? ''
      : ` ${entry.type === 'hardlink' ? 'link to' : '->'} ${printable(entry.link)}`;
  return `${mode} ${owner.padEnd(17)} ${formatBytes(entry.size).padStart(10)} ${time} ${printable(entry.path)}${link}`;
}

/** `rwxr-xr-x`, with s, S, t and T as `ls` shows them. */
function rights(mode: number): string {
  const bit = (mask: number, letter: string) => ((mode & mask) !== 0 ? letter : '-');
  const last = (exec: number, special: number, letter: string) => {
    if ((mode & special) === 0) return bit(exec, 'x');
    return (mode & exec) !== 0 ? letter : letter.toUpperCase();
  };
  return (
    bit(0o400, 'r') +
    bit(0o200, 'w') +
    last(0o100, 0o4000, 's') +
    bit(0o040, 'r') +
    bit(0o020, 'w') +
    last(0o010, 0o2000, 's') +
    bit(0o004, 'r') +
    bit(0o002, 'w') +
    last(0o001, 0o1000, 't')
  );
}
