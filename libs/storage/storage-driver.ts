import { parse, type Schema } from '#kernel';
import type { StorageBackend, StorageDriver } from './storage-backend.js';

/** A kind of storage as its author writes it: `Config` is the type of its own settings. */
export interface StorageDriverSpec<Config> {
  readonly kind: string;
  /** One line, as a person reads it in a list. */
  readonly summary: string;
  /** Every setting bears one line of help (`.describe()`); forms and docs are made from it. */
  readonly config: Schema<Config>;
  readonly secrets: readonly (keyof Config & string)[];
  open(config: Config): Promise<StorageBackend>;
}

/**
 * A storage kind for the registry. A new kind is a folder, `drivers/<kind>/`, that calls this with a schema of its own,
 * plus one line in `drivers/index.ts`; the contract suite of `#storage/testing` says when it is done.
 *
 * The type of the settings ends here: `open` takes anything and checks it, so nobody else needs to know it.
 */
export function defineStorageDriver<Config>(spec: StorageDriverSpec<Config>): StorageDriver {
  const { kind, summary, config, secrets } = spec;
  return {
    kind,
    summary,
    config,
    secrets,
    open: async (settings) => spec.open(parse(config, settings, `configuration of storage "${kind}"`)),
  };
}
