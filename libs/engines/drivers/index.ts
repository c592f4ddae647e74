import type { CommandRunner } from '#host';
import { Failure, withNearest } from '#kernel';
import type { ArchiveEngine } from '../archive-engine.js';
import { blockEngine, tarEngine } from './tar/tar-engine.js';

/** What an engine may need of the machine. */
export interface EngineSetting {
  readonly commands: CommandRunner;
  /** Where it may keep what it needs while it runs, in a directory of its own. */
  readonly temporaryDirectory: string;
}

export interface ArchiveEngineDriver {
  readonly name: string;
  /** What Freezer calls it. */
  readonly aliases: readonly string[];
  /** One line for help and docs. */
  readonly summary: string;
  open(setting: EngineSetting): ArchiveEngine;
}

/** Every engine there is. */
export const archiveEngines: readonly ArchiveEngineDriver[] = [
  {
    name: 'tar',
    aliases: [],
    summary: 'GNU tar: everything a Linux file system holds, incremental',
    open: tarEngine,
  },
  {
    name: 'block',
    aliases: ['rsync', 'rsyncv2'],
    summary: 'the same, and of large files that changed only what changed is stored',
    open: blockEngine,
  },
];

/** The engine of this name. Rejects with `engine.unknown`, which names the nearest. */
export function archiveEngine(name: string): ArchiveEngineDriver {
  const found = archiveEngines.find((engine) => engine.name === name || engine.aliases.includes(name));
  if (found) return found;
  const known = archiveEngines.map((engine) => engine.name);
  const message = `there is no engine ${withNearest(name, known)}; there are: ${known.join(', ')}`;
  throw new Failure('engine.unknown', message, { engine: name, known });
}
