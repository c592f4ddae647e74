import { open, unlink, type FileHandle } from 'node:fs/promises';
import { asFailure, Failure, invariant, printable } from '#kernel';
import { fileBody, type RewindableBody } from '#storage';
import { meter, type Codec } from '#codecs';
import type { FrameSealer } from './frame-sealer.js';
import type { StoredObject } from './stored-object.js';

const FRAME_PLAIN = 1024 * 1024;

/**
 * Writes one object made of frames: catalogue, index or state. Sealed frames wait in a temporary file until the object
 * is whole, since a put needs its length and digest. Memory held: one frame.
 */
export class DocumentWriter {
  readonly #sealer: FrameSealer;
  readonly #codec: Codec;
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #stored = meter();
  readonly #pending: Buffer[] = [];
  #pendingBytes = 0;
  #frames = 0;
  #isFinished = false;

  private constructor(sealer: FrameSealer, codec: Codec, path: string, file: FileHandle) {
    this.#sealer = sealer;
    this.#codec = codec;
    this.#path = path;
    this.#file = file;
  }

  /** `path` of a temporary file that does not exist yet. */
  static async create(sealer: FrameSealer, codec: Codec, path: string): Promise<DocumentWriter> {
    const file = await onDisk(path, () => open(path, 'wx', 0o600));
    return new DocumentWriter(sealer, codec, path, file);
  }

  /** The caller must not change `bytes` afterwards. Rejects with `storage.full` when there is no room for the file. */
  async append(bytes: Buffer): Promise<void> {
    invariant(!this.#isFinished, 'a finished document does not grow');
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + FRAME_PLAIN - this.#pendingBytes);
      this.#pending.push(piece);
      this.#pendingBytes += piece.length;
      at += piece.length;
      if (this.#pendingBytes === FRAME_PLAIN) await this.#flush();
    }
  }

  /** The finished object. Call {@link remove} when it is stored. */
  async finish(): Promise<StoredObject & { body: RewindableBody }> {
    if (this.#pendingBytes > 0) await this.#flush();
    this.#isFinished = true;
    await onDisk(this.#path, () => this.#file.close());
    const { size, sha256 } = this.#stored.result();
    return { size, sha256, body: fileBody(this.#path, size, sha256) };
  }

  /** Takes the temporary file away; also good for a document that was never finished. */
  async remove(): Promise<void> {
    await this.#file.close();
    await unlink(this.#path).catch(ignoreMissing);
  }

  async #flush(): Promise<void> {
    const plain = Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending.length = 0;
    this.#pendingBytes = 0;
    const packed = await this.#codec.compress(plain);
    const codec = packed ? this.#codec.name : 'none';
    const sealed = this.#sealer.seal(this.#frames, 0, plain.length, codec, packed ?? plain);
    const frame = Buffer.concat([...sealed]);
    this.#frames += 1;
    this.#stored.add(frame);
    // Unlike `write`, this goes on until all is written.
    await onDisk(this.#path, () => this.#file.writeFile(frame));
  }
}

/** What fails for want of room is `storage.full`; `path` is that of the temporary file. */
export async function onDisk<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw asFailure(error);
    throw new Failure(
      'storage.full',
      `there is no room for the temporary file "${printable(path)}"`,
      { path },
      error,
    );
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
