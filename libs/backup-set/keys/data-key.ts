import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Failure, type BackupId, type ContainerId } from '#kernel';
import { derive } from './derive.js';
import { unwrapKey, wrapKey, type WrappedKey } from './wrap.js';

/** The kinds of streams of a backup; each is sealed under a key of its own. */
export const STREAMS = ['data', 'catalogue', 'index', 'state', 'pieces'] as const;
export type StreamName = (typeof STREAMS)[number];

/** The random key of one backup. Everything of that backup is sealed or signed by what is derived from it. */
export class DataKey {
  readonly #secret: Buffer;

  private constructor(secret: Buffer) {
    this.#secret = secret;
  }

  static random(): DataKey {
    return new DataKey(randomBytes(32));
  }

  /** `manifest.damaged` when the wrapped key is not of this container and backup. */
  static unwrap(wrapped: WrappedKey, master: Uint8Array, container: ContainerId, backup: BackupId): DataKey {
    const secret = unwrapKey(wrapped, wrappingKey(master), boundTo(container, backup));
    if (!secret) {
      throw new Failure('manifest.damaged', `the data key of backup ${backup} does not open`, {
        container,
        backup,
      });
    }
    return new DataKey(secret);
  }

  wrap(master: Uint8Array, container: ContainerId, backup: BackupId): WrappedKey {
    return wrapKey(this.#secret, wrappingKey(master), boundTo(container, backup));
  }

  /** The key that seals the frames of one stream. */
  forFrames(stream: StreamName): Buffer {
    return derive(this.#secret, `firn 1 frames ${stream}`);
  }

  /** The key of what its writer notes on its own machine, see `resume/`. */
  forJournal(): Buffer {
    return derive(this.#secret, 'firn 1 journal');
  }

  /** Hex HMAC-SHA256: who has signed has held the key. */
  sign(text: string): string {
    return createHmac('sha256', derive(this.#secret, 'firn 1 manifest')).update(text, 'utf8').digest('hex');
  }

  hasSigned(text: string, signature: string): boolean {
    const expected = Buffer.from(this.sign(text), 'hex');
    const given = Buffer.from(signature, 'hex');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

function wrappingKey(master: Uint8Array): Buffer {
  return derive(master, 'firn 1 data key wrap');
}

function boundTo(container: ContainerId, backup: BackupId): string {
  return `firn 1 data key\n${container}\n${backup}`;
}
