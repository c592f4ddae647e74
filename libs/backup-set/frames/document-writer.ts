import { open, unlink, type FileHandle } from 'node:fs/promises';
import { asFailure, Failure, invariant, printable } from '#kernel';
import { fileBody, type RewindableBody } from '#storage';
import { discard, meter, type Codec } from '#codecs';
import type { FrameSealer } from './frame-sealer.js';
import type { StoredObject } from './stored-object.js';

const FRAME_PLAIN = 1024 * 1024;

/**
 * Writes one object made of frames: catalogue, index or state. Sealed frames wait in a temporary file until the object
 * is whole, since a put needs its length and digest. Memory held: one frame.
 *
 * With a sealer for the time being, what waits is sealed by that, and by its own only when it is finished: a run that is
 * killed before has sealed nothing that a later one would seal again with other contents.
 */
export class DocumentWriter {
  readonly #sealer: FrameSealer;
  readonly #meanwhile: FrameSealer | undefined;
  readonly #codec: Codec;
  #file: FileHandle;
  readonly #path: string;
  readonly #stored = meter();
  /** Of the frames that wait. */
  readonly #lengths: number[] = [];
  /** The frame that is being filled, with so many bytes. */
  readonly #plain = Buffer.allocUnsafeSlow(FRAME_PLAIN);
  #filled = 0;
  #frames = 0;
  #isFinished = false;

  private constructor(
    sealer: FrameSealer,
    codec: Codec,
    path: string,
    file: FileHandle,
    meanwhile: FrameSealer | undefined,
  ) {
    this.#sealer = sealer;
    this.#meanwhile = meanwhile;
    this.#codec = codec;
    this.#path = path;
    this.#file = file;
  }

  /** `path` of a temporary file that does not exist yet. */
  static async create(
    sealer: FrameSealer,
    codec: Codec,
    path: string,
    meanwhile?: FrameSealer,
  ): Promise<DocumentWriter> {
    const file = await onDisk(path, () => open(path, 'wx', 0o600));
    return new DocumentWriter(sealer, codec, path, file, meanwhile);
  }

  /** When it has resolved, `bytes` are the caller's again. Rejects with `storage.full` when there is no room for the file. */
  async append(bytes: Buffer): Promise<void> {
    invariant(!this.#isFinished, 'a finished document does not grow');
    for (let at = 0; at < bytes.length;) {
      const copied = bytes.copy(this.#plain, this.#filled, at);
      this.#filled += copied;
      at += copied;
      if (this.#filled === FRAME_PLAIN) await this.#flush();
    }
  }

  /** The finished object. Call {@link remove} when it is stored. */
  async finish(): Promise<StoredObject & { body: RewindableBody }> {
    if (this.#filled > 0) await this.#flush();
    this.#isFinished = true;
    if (this.#meanwhile) await this.#sealForGood(this.#meanwhile);
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
    const plain = this.#plain.subarray(0, this.#filled);
    const packed = await this.#codec.compress(plain);
    const codec = packed ? this.#codec.name : 'none';
    const sealer = this.#meanwhile ?? this.#sealer;
    const frame = Buffer.concat([...sealer.seal(this.#frames, 0, plain.length, codec, packed ?? plain)]);
    if (packed) discard(packed);
    this.#frames += 1;
    this.#filled = 0;
    if (this.#meanwhile) this.#lengths.push(frame.length);
    else this.#stored.add(frame);
    // Unlike `write`, this goes on until all is written.
    await onDisk(this.#path, () => this.#file.writeFile(frame));
    discard(frame);
  }

  /** Frame by frame in the same file: sealed by another, it is as long. */
  async #sealForGood(meanwhile: FrameSealer): Promise<void> {
    const file = await onDisk(this.#path, () => open(this.#path, 'r+'));
    await this.#file.close();
    this.#file = file;
    let at = 0;
    for (const [number, length] of this.#lengths.entries()) {
      const waiting = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(waiting, 0, length, at);
      const { header, body } = meanwhile.open(waiting.subarray(0, bytesRead), number, 0);
      const sealed = this.#sealer.seal(number, 0, header.plainLength, header.codec, body);
      const frame = Buffer.concat([...sealed]);
      invariant(frame.length === length, 'what is sealed anew is as long as it was');
      await onDisk(this.#path, () => written(file, frame, at));
      this.#stored.add(frame);
      at += length;
    }
  }
}

async function written(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
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
