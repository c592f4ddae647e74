import { realpathSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { bytesOf, Failure, printable } from '#kernel';
import { attributeDifferences, attributesCount } from './attribute-differences.js';
import { shownPath } from './byte-path.js';
import { EntryComparison } from './entry-comparison.js';
import { systemCommands } from '../commands/system-commands.js';
import type { CompareOptions, Difference } from './tree-difference.js';
import { treePairs } from './tree-pairs.js';

/** How much was compared. */
export interface CompareExtent {
  /** Paths that are there on both sides, the roots included. */
  readonly entries: number;
  /** Regular files, each once however many names it has. */
  readonly files: number;
  /** Content read, of one side. */
  readonly bytes: number;
  /** Whether extended attributes were compared too. */
  readonly attributes: boolean;
}

/** Entries between two pauses, so that others get their turn. */
const STRIDE = 256;

/**
 * Compares two directories entry by entry, the roots included: type, mode, owner, modification time to the
 * nanosecond, size, content, target, device numbers, which names are one file, attributes. Returns how much that was.
 *
 * Differences come in order of the walk, then those of attributes. Of a directory that is missing on one side, or is
 * something else there, only the top is reported. What cannot be read is a difference. Follows no symlink below the
 * roots. Rejects with `input.file-unreadable` when a root is no directory. Memory held: two buffers of 1 MiB, the
 * listings of the open directories, and the files with names still to come.
 */
export async function* compareTrees(
  left: string,
  right: string,
  options: CompareOptions = {},
  signal?: AbortSignal,
): AsyncGenerator<Difference, CompareExtent, void> {
  const roots = [rootOf(left), rootOf(right)] as const;
  const attributes = attributesCount(options);
  const comparison = new EntryComparison(options);
  let seen = 0;
  for (const pair of treePairs(...roots)) {
    signal?.throwIfAborted();
    const path = shownPath(pair.path);
    for (const finding of await comparison.findings(path, pair)) yield { path, ...finding };
    if ((seen += 1) % STRIDE === 0) await setImmediate();
  }
  if (attributes) yield* attributeDifferences(...roots, options, systemCommands, signal);
  const { entries, files, bytes } = comparison;
  return { entries, files, bytes, attributes };
}

function rootOf(path: string): Buffer {
  try {
    const root = realpathSync(bytesOf(path), { encoding: 'buffer' });
    if (statSync(root).isDirectory()) return root;
  } catch (error) {
    throw new Failure('input.file-unreadable', `there is no directory "${printable(path)}"`, { path }, error);
  }
  throw new Failure('input.file-unreadable', `"${printable(path)}" is not a directory`, { path });
}
