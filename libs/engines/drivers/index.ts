import type { CommandRunner } from '#host';
import { Failure, withNearest } from '#kernel';
import type { ArchiveEngine } from '../archive-engine.js';
import { tarEngine } from './tar/tar-engine.js';

/** What an engine may need of the machine. */
export interface EngineSetting {
  readonly commands: CommandRunner;
  /** Where it may keep what it needs while it runs, in a directory of its own. */
  readonly temporaryDirectory: string;
}

export interface ArchiveEngineDriver {
  readonly name: string;
  /** One line for help and docs. */
  readonly summary: string;
  open(setting: EngineSetting): ArchiveEngine;
}

/** Every engine there is. */
export const archiveEngines: readonly ArchiveEngineDriver[] = [
  { name: 'tar', summary: 'GNU tar: everything a Linux file system holds, incremental', open: tarEngine },
];

/** The engine of this name. Rejects with `engine.unknown`, which names the nearest. */
export function archiveEngine(name: string): ArchiveEngineDriver {
  const found = archiveEngines.find((engine) => engine.name === name);
  if (found) return found;
  const known = archiveEngines.map((engine) => engine.name);
  const message = `there is no engine ${withNearest(name, known)}; there are: ${known.join(', ')}`;
  throw new Failure('engine.unknown', message, { engine: name, known });
}
