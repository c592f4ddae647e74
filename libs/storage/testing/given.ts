import type { StorageBackend } from '../storage-backend.js';

/** What every test of the contract starts from: an empty place. */
export interface Given {
  readonly storage: StorageBackend;
  /** The same place, closed and opened again where that is possible. */
  readonly reopened: () => Promise<StorageBackend>;
}
