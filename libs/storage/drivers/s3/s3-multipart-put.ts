import type { CompletedPart, CreateMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import type { ObjectKey, RewindableBody } from '../../storage-backend.js';
import { BodyCutter } from './body-cutter.js';
import { digestsOf, type Digests } from './payload.js';
import type { PutCondition } from './put-condition.js';
import type { S3Bucket } from './s3-bucket.js';
import type { Mark, S3Leftovers } from './s3-leftovers.js';
import { keyHeaders, newObjectHeaders } from './s3-object-settings.js';
import { piecesOf, send } from './send.js';

const MIB = 1 << 20;
const MOST_PARTS = 10_000;

/**
 * Stores a large body in parts, one after the other: puts run side by side, parts need not. The body is read twice, a
 * part ahead for its digest, so that no part is ever held in memory.
 */
export class S3MultipartPut {
  constructor(
    private readonly bucket: S3Bucket,
    private readonly leftovers: S3Leftovers,
  ) {}

  async put(
    key: ObjectKey,
    body: RewindableBody,
    condition: PutCondition['headers'],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const upload = { key, uploadId: await this.#begin(key, signal) };
    const mark = await this.leftovers.mark(upload);
    try {
      const Parts = await this.#sendParts(upload, body, signal);
      await this.#complete(upload, Parts, condition, signal);
    } catch (error) {
      // Also when the call was aborted because the server stalls: the caller is not to wait for it.
      this.bucket.afterwards(() => this.leftovers.end(upload, mark));
      throw error;
    }
    this.bucket.afterwards(() => this.leftovers.unmark(mark));
  }

  async #begin(key: ObjectKey, signal: AbortSignal | undefined): Promise<string> {
    const { bucket } = this;
    const { checksum } = bucket.settings;
    const algorithm = ({ sha256: 'SHA256', crc32: 'CRC32', md5: undefined, none: undefined } as const)[
      checksum
    ];
    const request: CreateMultipartUploadCommandInput = {
      ...bucket.at(key),
      ...newObjectHeaders(bucket.settings, bucket.clock.now()),
      ...(algorithm && { ChecksumAlgorithm: algorithm }),
    };
    const { UploadId = '' } = await bucket.call(key, signal, (options) =>
      bucket.s3.createMultipartUpload(request, options),
    );
    return UploadId;
  }

  async #sendParts(
    { key, uploadId }: Mark,
    body: RewindableBody,
    signal: AbortSignal | undefined,
  ): Promise<CompletedPart[]> {
    const { bucket } = this;
    const partBytes = partBytesOf(body.size, bucket.settings.partSizeMiB * MIB);
    const [ahead, behind] = [piecesOf(key, body, signal), piecesOf(key, body, signal)].map(
      (pieces) => new BodyCutter(pieces),
    ) as [BodyCutter, BodyCutter];
    try {
      const parts: CompletedPart[] = [];
      for (let at = 0; at < body.size; at += partBytes) {
        const size = Math.min(partBytes, body.size - at);
        const digests = await digestsOf(bucket.settings.checksum, ahead.next(size));
        if (at + size === body.size) await ahead.finish();
        const part = { pieces: behind.next(size), size, digests };
        parts.push(await this.#sendPart(key, uploadId, parts.length + 1, part, signal));
      }
      return parts;
    } finally {
      ahead.stop();
      behind.stop();
    }
  }

  async #sendPart(
    key: ObjectKey,
    UploadId: string,
    PartNumber: number,
    part: { pieces: AsyncIterable<Uint8Array>; size: number; digests: Digests },
    signal: AbortSignal | undefined,
  ): Promise<CompletedPart> {
    const { bucket } = this;
    const request = { ...bucket.at(key), ...keyHeaders(bucket.settings), UploadId, PartNumber };
    const { ETag = '', ...kept } = await send(bucket, key, part, signal, (sent, options) =>
      bucket.s3.uploadPart({ ...request, ...sent }, options),
    );
    // A server that keeps no checksums does not understand them in the list of parts either.
    const { ChecksumSHA256, ChecksumCRC32 } = kept;
    return {
      ...{ ETag, PartNumber },
      ...(ChecksumSHA256 !== undefined && { ChecksumSHA256 }),
      ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }),
    };
  }

  async #complete(
    { key, uploadId }: Mark,
    Parts: CompletedPart[],
    condition: PutCondition['headers'],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { bucket } = this;
    const request = { ...bucket.at(key), UploadId: uploadId, ...condition, MultipartUpload: { Parts } };
    await bucket.call(key, signal, (options) =>
      bucket.s3.completeMultipartUpload({ ...request, ...keyHeaders(bucket.settings) }, options),
    );
  }
}

/** As wished, or as much more as it takes for a server not to be given more parts than it knows. */
function partBytesOf(size: number, wished: number): number {
  return Math.max(wished, Math.ceil(size / MOST_PARTS / MIB) * MIB);
}
