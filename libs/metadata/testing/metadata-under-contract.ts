import type { Metadata } from '../metadata.js';

export interface MetadataUnderContract {
  readonly metadata: Metadata;
  /** Closes the metadata, and gives back what they lay on. */
  readonly close: () => Promise<void>;
}
