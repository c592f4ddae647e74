import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { formatBytes } from '#config';
import { diskSpace, runToEnd, systemCommands } from '#host';
import { Failure } from '#kernel';

// Every Linux has one of these, and everybody may read them.
const DEFAULTS = ['/usr/share/doc', '/usr/share', '/usr/lib'];
// The data twice, both restored points, and the container.
const COPIES = 5;

/** The directory that was named, or one that every machine has. */
export function sourceDirectory(named: string | undefined): string {
  const source = named === undefined ? DEFAULTS.find((path) => existsSync(path)) : resolve(named);
  if (source === undefined || !existsSync(source))
    throw new Failure('source.missing', `there is no directory "${source ?? ''}"`, { source });
  if (!statSync(source).isDirectory())
    throw new Failure('source.not-a-directory', `"${source}" is not a directory`, { source });
  try {
    accessSync(source, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw new Failure('source.unreadable', `"${source}" may not be read`, { source }, error);
  }
  return source;
}

export async function refuseLackOfSpace(source: string, place: string, signal: AbortSignal): Promise<void> {
  const needed = (await bytesIn(source, signal)) * COPIES;
  const { freeBytes } = await diskSpace(place);
  if (needed < freeBytes) return;
  throw new Failure(
    'storage.full',
    `a quickstart with "${source}" needs ${formatBytes(needed)}, and ${place} has ${formatBytes(freeBytes)}`,
    {
      ...{ source, place, needed, freeBytes },
    },
  );
}

/** Copies a tree with everything in it; what may not be read is left out, for it cannot be backed up either. */
export async function copyTree(from: string, to: string, signal: AbortSignal): Promise<void> {
  const call = { program: 'cp', args: ['-a', '--reflink=auto', '--', from, to] };
  const { exit, stderr } = await runToEnd(systemCommands, call, { signal });
  const unreadable = stderr.split('\n').filter((line) => line.includes('Permission denied'));
  const other = stderr.split('\n').filter((line) => line !== '' && !unreadable.includes(line));
  if (exit.code === 0 || (other.length === 0 && unreadable.length > 0)) return;
  throw new Failure('command.failed', `cannot copy "${from}": ${other.slice(0, 5).join('; ')}`, { from, to });
}

async function bytesIn(directory: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  let bytes = 0;
  try {
    for await (const entry of await opendir(directory)) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) bytes += await bytesIn(path, signal);
      else if (entry.isFile()) bytes += (await lstat(path)).size;
    }
  } catch (error) {
    // What may not be read, or is gone by now, is not copied either.
    if (!['EACCES', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  return bytes;
}
