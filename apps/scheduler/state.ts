import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exclusively, type Held } from '#host';
import { Failure, hexId } from '#kernel';
import { openStateDirectory } from '../process/state-directory.js';
import { replaceDurably } from '#host';

/** The state directory, which is this process's alone. */
export interface SchedulerState {
  /** Its real path. */
  readonly directory: string;
  /** By what the API knows who holds a run: new for each directory, and then the same for good. */
  readonly holder: string;
  readonly held: Held;
}

/** Rejects with `platform.running` when another scheduler has the directory, and as `openStateDirectory`. */
export async function takeState(
  wished: string,
  random: (bytes: number) => Uint8Array,
): Promise<SchedulerState> {
  const directory = await openStateDirectory(wished);
  const held = await exclusively(`scheduler ${directory}`);
  if (!held) {
    const message = `another scheduler works with the state directory "${directory}"`;
    throw new Failure('platform.running', message, { directory });
  }
  return { directory, held, holder: await holderIn(directory, random) };
}

async function holderIn(directory: string, random: (bytes: number) => Uint8Array): Promise<string> {
  const path = join(directory, 'holder');
  const known = await readFile(path, 'utf8').catch(() => '');
  if (/^[0-9a-f]{32}\n$/.test(known)) return known.trim();
  const holder = hexId<'holder'>(random(16));
  await replaceDurably(path, `${holder}\n`);
  return holder;
}
