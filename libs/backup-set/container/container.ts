import { Failure, z, type BackupId, type ContainerId } from '#kernel';
import { DataKey } from '../keys/data-key.js';
import type { WrappedKey } from '../keys/wrap.js';

/** `firn.json`: says what the container is. Nothing in it is secret. */
export const containerRecordSchema = z.strictObject({
  format: z.literal(1),
  container: z.string().regex(/^[0-9a-f]{32}$/),
  created: z.iso.datetime(),
  encryption: z.enum(['aes-256-gcm', 'none']),
});
export type ContainerRecord = z.infer<typeof containerRecordSchema>;

/**
 * An open container: who it is, and, when it is encrypted and was unlocked, its master key.
 *
 * A locked container can be listed and checked by digests, but nothing in it can be read and nothing written to it.
 */
export class Container {
  readonly id: ContainerId;
  readonly created: Date;
  readonly encrypted: boolean;
  readonly #master: Uint8Array | undefined;

  constructor(record: ContainerRecord, master: Uint8Array | undefined) {
    this.id = record.container as ContainerId;
    this.created = new Date(record.created);
    this.encrypted = record.encryption !== 'none';
    this.#master = master;
  }

  /** Whether what is inside can be read. */
  get open(): boolean {
    return !this.encrypted || this.#master !== undefined;
  }

  /** The master key of an encrypted container; `container.encrypted` when it is locked. */
  master(): Uint8Array {
    if (this.#master) return this.#master;
    throw new Failure('container.encrypted', 'the container is encrypted and no passphrase was given', {
      container: this.id,
    });
  }

  /** A new data key with its wrapped form, or neither when the container is not encrypted. */
  newDataKey(backup: BackupId): { key: DataKey; wrapped: WrappedKey } | undefined {
    if (!this.encrypted) return undefined;
    const key = DataKey.random();
    return { key, wrapped: key.wrap(this.master(), this.id, backup) };
  }

  /** The data key of a stored backup. A container that is encrypted has no backup without a key, and the reverse. */
  dataKey(wrapped: WrappedKey | undefined, backup: BackupId): DataKey | undefined {
    if (this.encrypted !== (wrapped !== undefined)) {
      throw new Failure('manifest.damaged', `backup ${backup} and its container disagree about encryption`, {
        backup,
      });
    }
    return wrapped && DataKey.unwrap(wrapped, this.master(), this.id, backup);
  }
}
