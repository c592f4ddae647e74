import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { isFailure, parse, z } from '#kernel';
import { RESERVED_FOLDER } from '../../object-key.js';
import { digestsOf } from './payload.js';
import type { S3Bucket } from './s3-bucket.js';
import { keyHeaders, newObjectHeaders } from './s3-object-settings.js';
import { send } from './send.js';

const DAY_MS = 24 * 3600 * 1000;
const FOLDER = `${RESERVED_FOLDER}/uploads/`;

const markSchema = z.object({ key: z.string(), uploadId: z.string() });
export type Mark = z.infer<typeof markSchema>;

/**
 * Multipart uploads that were begun here. A server lists uploads without saying whose they are, and a bucket may be
 * shared; so each of ours leaves a mark, a small object, until it ends. Nothing here ever makes a put fail.
 */
export class S3Leftovers {
  constructor(private readonly bucket: S3Bucket) {}

  /** Resolves with the name of the mark; `undefined` when none could be left. */
  async mark(mark: Mark): Promise<string | undefined> {
    const { bucket } = this;
    const name = `${FOLDER}${randomBytes(8).toString('hex')}`;
    const bytes = Buffer.from(JSON.stringify(mark));
    const pieces = async function* () {
      yield bytes;
    };
    const { lockDays: _, ...settings } = bucket.settings;
    const request = { ...bucket.at(name), ...newObjectHeaders(settings, bucket.clock.now()) };
    const digests = await digestsOf(settings.checksum, pieces());
    const body = { pieces: pieces(), size: bytes.length, digests };
    return quietly(
      send(bucket, name, body, undefined, async (sent, options) => {
        await bucket.s3.putObject({ ...request, ...sent }, options);
        return name;
      }),
    );
  }

  async unmark(name: string | undefined): Promise<void> {
    const { bucket } = this;
    if (name === undefined) return;
    await quietly(bucket.call(name, undefined, () => bucket.s3.deleteObject(bucket.at(name))));
  }

  /** Ends an upload and takes its mark away; when it cannot be ended, the mark stays for a later sweep. */
  async end({ key, uploadId }: Mark, name: string | undefined): Promise<void> {
    const { bucket } = this;
    const ended = await quietly(
      bucket.unless(
        ['storage.object-missing'],
        bucket.call(key, undefined, () =>
          bucket.s3.abortMultipartUpload({ ...bucket.at(key), UploadId: uploadId }),
        ),
      ),
      () => 'failed' as const,
    );
    if (ended !== 'failed') await this.unmark(name);
  }

  /** Ends the uploads of which nothing was heard for a day. */
  async sweep(): Promise<void> {
    await quietly(this.#sweep());
  }

  async #sweep(): Promise<void> {
    const { bucket } = this;
    const before = bucket.clock.now().getTime() - DAY_MS;
    const request = { Bucket: bucket.name, Prefix: bucket.folder + FOLDER };
    const { Contents = [] } = await bucket.call('', undefined, () => bucket.s3.listObjectsV2(request));
    for (const { Key = '', LastModified } of Contents) {
      if (!LastModified || LastModified.getTime() > before) continue;
      const name = Key.slice(bucket.folder.length);
      const mark = await quietly(this.#read(name));
      if (mark && (await this.#newestPart(mark)) < before) await this.end(mark, name);
    }
  }

  async #read(name: string): Promise<Mark> {
    const { bucket } = this;
    return bucket.call(name, undefined, async () => {
      const { Body } = await bucket.s3.getObject({ ...bucket.at(name), ...keyHeaders(bucket.settings) });
      return parse(markSchema, JSON.parse(await text(Body as unknown as Readable)), `object "${name}"`);
    });
  }

  /** When the newest part came; 0 when there is none. An upload over a slow line may go on for days. */
  async #newestPart({ key, uploadId }: Mark): Promise<number> {
    const { bucket } = this;
    let newest = 0;
    let PartNumberMarker: string | undefined;
    do {
      const request = {
        ...bucket.at(key),
        UploadId: uploadId,
        ...(PartNumberMarker && { PartNumberMarker }),
      };
      const page = await bucket.unless(
        ['storage.object-missing'],
        bucket.call(key, undefined, () => bucket.s3.listParts(request)),
      );
      for (const { LastModified } of page?.Parts ?? [])
        newest = Math.max(newest, LastModified?.getTime() ?? 0);
      PartNumberMarker = page?.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (PartNumberMarker !== undefined);
    return newest;
  }
}

async function quietly<T, F = undefined>(act: Promise<T>, otherwise?: () => F): Promise<T | F | undefined> {
  try {
    return await act;
  } catch (error) {
    if (isFailure(error) || error instanceof SyntaxError) return otherwise?.();
    throw error;
  }
}
