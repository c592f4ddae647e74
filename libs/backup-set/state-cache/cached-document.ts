import type { StoredObject } from '../frames/stored-object.js';
import type { Manifest } from '../manifest.js';

/** What an increment needs of the levels it stands on. */
export type CachedName = 'state' | 'pieces';

/** Whose document it is, and which bytes alone are it. */
export interface CachedDocument {
  readonly name: CachedName;
  readonly owner: Pick<Manifest, 'container' | 'hostname' | 'name' | 'backup'>;
  readonly stored: StoredObject;
}

export function stateOf(owner: Manifest): CachedDocument {
  return { name: 'state', owner, stored: owner.state };
}

/** `undefined` when the backup has none. */
export function piecesOf(owner: Manifest): CachedDocument | undefined {
  return owner.pieces && { name: 'pieces', owner, stored: owner.pieces };
}
