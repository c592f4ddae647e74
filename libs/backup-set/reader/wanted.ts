import { aroundRoots, membersWith, type Selection } from '../catalogue/selection.js';

/** Which paths are asked for. A directory that is wanted does not make what is in it wanted: say so for each path. */
export interface Wanted {
  (path: string): boolean;
  /** When given: nothing is wanted but what is at or below these paths. Then a search passes over all the rest. */
  readonly roots?: readonly string[];
}

export const everything: Wanted = () => true;

/** Which lines of a catalogue tell about wanted paths: their members, and the directories that list them. */
export function selectionOf(wanted: Wanted): Selection | undefined {
  if (wanted === everything) return undefined;
  return (wanted.roots && aroundRoots(wanted.roots)) ?? membersWith(wanted, { directories: true });
}
