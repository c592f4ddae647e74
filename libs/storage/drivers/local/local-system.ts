import { constants } from 'node:fs';
import { link, open, statfs, type FileHandle } from 'node:fs/promises';
import { processState, thisProcess, type ProcessIdentity, type ProcessState } from '#host';

/** What the local storage asks of the machine and a test may answer differently. */
export interface LocalSystem {
  readonly self: ProcessIdentity;
  stateOf(process: ProcessIdentity): ProcessState;
  /** A second name for a file; rejects with EEXIST when the name is taken. */
  link(path: string, name: string): Promise<void>;
  /** The file, for writes past the page cache; rejects with EINVAL where the file system knows none. */
  openDirect(path: string): Promise<FileHandle>;
  space(path: string): Promise<{ readonly bavail: number; readonly bsize: number; readonly blocks: number }>;
}

const DIRECT = constants.O_WRONLY | constants.O_DIRECT | constants.O_NOFOLLOW;

export function localSystem(): LocalSystem {
  return {
    self: thisProcess(),
    stateOf: processState,
    link,
    openDirect: (path) => open(path, DIRECT),
    space: (path) => statfs(path),
  };
}
