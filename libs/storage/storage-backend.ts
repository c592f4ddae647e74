import type { Readable } from 'node:stream';
import type { Schema } from '#kernel';

/**
 * Relative, of components `[A-Za-z0-9._%@+=~-]+` (never `.` or `..`; at most 255 characters) joined by `/`; at most
 * 1,024 characters; not below `.firn-tmp`, where storages keep what is unfinished.
 */
export type ObjectKey = string;

/** From `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface ObjectInfo {
  readonly key: ObjectKey;
  readonly size: number;
  readonly modifiedAt: Date;
}

/** A body that can be sent again: only such bodies can be retried. */
export interface RewindableBody {
  readonly size: number;
  /** SHA-256 of the whole body, hex. */
  readonly sha256: string;
  /** The bytes from the start; may be called any number of times. A piece is good until the next is asked for. */
  open(): AsyncIterable<Uint8Array>;
}

/** What a storage can do, as data; nobody asks which kind it is. */
export interface StorageProperties {
  /** Calls that may run at the same time. */
  readonly connections: number;
  /** Whether a put is seen whole or not at all, even when the process is killed in the middle. */
  readonly atomicPut: boolean;
  readonly maxObjectSize: number;
  readonly rangeReads: boolean;
  /** Where the objects lie, as an address without secrets: the same for everybody who means the same place. */
  readonly place: string;
  /** Directories of this machine in which the objects lie: a backup of what is around them leaves them out. */
  readonly directories?: readonly string[];
}

/**
 * A place that keeps named objects.
 *
 * A put that resolved is durable and at once visible to get, head, list and folders. A put that rejected leaves no
 * object, or the former one whole. A remove that resolved is durable too. Every rejection is a Failure with a
 * `storage.*` code, but for what a body itself throws, which is handed on as it is. An aborted signal stops the call
 * before its next effect and rejects with the signal's reason. All keys are checked; a bad one rejects with
 * `storage.key-invalid`.
 */
export interface StorageBackend {
  readonly properties: StorageProperties;
  /**
   * Stores `body`. Rejects with `storage.object-exists` when the key is taken; nothing is ever overwritten. Rejects with
   * `storage.body-mismatch` when the body has not the size it says, and with `storage.object-too-large`.
   */
  put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void>;
  /**
   * Rejects with `storage.object-missing`, or `storage.range-invalid` when the range ends behind the object. The stream
   * yields exactly the bytes asked for, or fails; one that is not read to the end is to be destroyed.
   */
  get(key: ObjectKey, range?: ByteRange, signal?: AbortSignal): Promise<Readable>;
  head(key: ObjectKey, signal?: AbortSignal): Promise<ObjectInfo>;
  /** Every object whose key begins with the folder `prefix` (`''` or ending in `/`), in order of keys (by bytes). */
  list(prefix: ObjectKey, signal?: AbortSignal): AsyncIterable<ObjectInfo>;
  /**
   * Names of the folders directly below the folder `prefix` that hold an object at any depth, in order of names,
   * without slashes.
   */
  folders(prefix: ObjectKey, signal?: AbortSignal): AsyncIterable<string>;
  /** Removes an object; removing what is not there succeeds. */
  remove(key: ObjectKey, signal?: AbortSignal): Promise<void>;
  /**
   * Storages that hold the same objects, each by itself, in the order in which they are read; only of a storage that
   * keeps several copies. For a reader who found damaged bytes in one of them.
   */
  alternatives?(): readonly { readonly name: string; readonly storage: StorageBackend }[];
  /**
   * Runs `act` on every copy that is written to, by itself; only of a storage that keeps several. One on which it rejects
   * is given up. Rejects when none is left.
   */
  onEachCopy?(act: (storage: StorageBackend) => Promise<void>): Promise<void>;
  /** Gives back connections; calls after it reject with `storage.closed`. A second close does nothing. */
  close(): Promise<void>;
}

/** A kind of storage as the registry knows it; its config type is closed over by {@link defineStorageDriver}. */
export interface StorageDriver {
  readonly kind: string;
  /** Other names by which it may be called, such as Freezer's. */
  readonly aliases: readonly string[];
  /** One line for `storage kinds` and the docs. */
  readonly summary: string;
  /** What somebody should know who keeps backups there: a sentence or two each. */
  readonly notes: readonly string[];
  readonly config: Schema<unknown>;
  /** The protocols of addresses (`s3` of `s3://…`) that mean this kind; none when it has no addresses. */
  readonly protocols: readonly string[];
  /** Addresses as people may write them, for help and the docs. */
  readonly examples: readonly string[];
  /** What an address with one of the protocols says, as settings yet to be checked. Throws `storage.address-invalid`. */
  fromAddress(address: URL): Readonly<Record<string, unknown>>;
  /** Variables of the environment that fill settings which nobody gave, by name of the variable. */
  readonly environment: Readonly<Record<string, string>>;
  /** Keys of the config that are never shown. */
  readonly secrets: readonly string[];
  /** Checks `config` by the driver's schema and connects. `input.invalid` names every problem. */
  open(config: unknown): Promise<StorageBackend>;
}
