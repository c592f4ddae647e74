import { Failure, parse, type Schema } from '#kernel';
import type { StorageBackend, StorageDriver } from './storage-backend.js';

/** A kind of storage as its author writes it: `Config` is the type of its own settings. */
export interface StorageDriverSpec<Config> {
  readonly kind: string;
  /** One line, as a person reads it in a list. */
  readonly summary: string;
  /** What somebody should know who keeps backups there: a sentence or two each. */
  readonly notes?: readonly string[];
  /** Every setting bears one line of help (`.describe()`); forms and docs are made from it. */
  /** Names in camelCase. `container` is what `--container` fills: a directory, a bucket and what is below it. */
  readonly config: Schema<Config>;
  readonly secrets: readonly (keyof Config & string)[];
  /** Other names by which it may be called, such as Freezer's. */
  readonly aliases?: readonly string[];
  /** Addresses that mean this kind, and what they say. An address never bears a secret. */
  readonly addresses?: {
    readonly protocols: readonly string[];
    readonly examples: readonly string[];
    /** Settings yet to be checked. */
    read(address: URL): Readonly<Record<string, unknown>>;
  };
  /** Variables of the environment that fill settings which nobody gave. */
  readonly environment?: Readonly<Record<string, keyof Config & string>>;
  open(config: Config): Promise<StorageBackend>;
}

/**
 * A storage kind for the registry. A new kind is a folder, `drivers/<kind>/`, that calls this with a schema of its own,
 * plus one line in `drivers/index.ts`; the contract suite of `#storage/testing` says when it is done.
 *
 * The type of the settings ends here: `open` takes anything and checks it, so nobody else needs to know it.
 */
export function defineStorageDriver<Config>(spec: StorageDriverSpec<Config>): StorageDriver {
  const { kind, summary, notes = [], config, secrets, aliases = [], addresses, environment = {} } = spec;
  return {
    ...{ kind, aliases, summary, notes, config, secrets, environment },
    protocols: addresses?.protocols ?? [],
    examples: addresses?.examples ?? [],
    fromAddress: (address) => {
      if (addresses?.protocols.includes(address.protocol.slice(0, -1))) return addresses.read(address);
      const message = `an address that begins with "${address.protocol}//" names no storage of kind "${kind}"`;
      throw new Failure('storage.address-invalid', message, { kind });
    },
    open: async (settings) => spec.open(parse(config, settings, `configuration of storage "${kind}"`)),
  };
}
