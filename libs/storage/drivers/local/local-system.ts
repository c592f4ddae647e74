import { link, statfs } from 'node:fs/promises';
import { processState, thisProcess, type ProcessIdentity, type ProcessState } from '#host';

/** What the local storage asks of the machine and a test may answer differently. */
export interface LocalSystem {
  readonly self: ProcessIdentity;
  stateOf(process: ProcessIdentity): ProcessState;
  /** A second name for a file; rejects with EEXIST when the name is taken. */
  link(path: string, name: string): Promise<void>;
  space(path: string): Promise<{ readonly bavail: number; readonly bsize: number; readonly blocks: number }>;
}

export function localSystem(): LocalSystem {
  return { self: thisProcess(), stateOf: processState, link, space: (path) => statfs(path) };
}
