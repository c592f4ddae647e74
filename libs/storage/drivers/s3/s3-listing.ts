import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { Failure } from '#kernel';
import { isKeyComponent, RESERVED_FOLDER } from '../../object-key.js';
import type { ObjectInfo, ObjectKey } from '../../storage-backend.js';
import type { S3Bucket } from './s3-bucket.js';

/**
 * Every object below a folder, in order of keys, as the server gives them. What has a name that no key has is no object.
 * Memory held: one page of 1,000.
 */
export async function* objectsBelow(
  bucket: S3Bucket,
  prefix: ObjectKey,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectInfo> {
  let last = '';
  for await (const { Contents = [], EncodingType } of pages(bucket, prefix, signal)) {
    for (const { Key = '', Size = 0, LastModified } of Contents) {
      const key = nameOf(Key, EncodingType).slice(bucket.folder.length);
      if (!key.split('/').every(isKeyComponent) || isReserved(key)) continue;
      if (key <= last) throw notInOrder(bucket, last, key);
      last = key;
      signal?.throwIfAborted();
      yield { key, size: Size, modifiedAt: LastModified ?? new Date(0) };
    }
  }
}

/**
 * Names of the folders below a folder, in order. The server puts them in the order of the keys in them (`a-b/` before
 * `a/`). Memory held: the names of this one level.
 */
export async function foldersBelow(
  bucket: S3Bucket,
  prefix: ObjectKey,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const names: string[] = [];
  for await (const { CommonPrefixes = [], EncodingType } of pages(bucket, prefix, signal, '/')) {
    for (const { Prefix = '' } of CommonPrefixes) {
      const name = nameOf(Prefix, EncodingType).slice(bucket.folder.length + prefix.length, -1);
      if (isKeyComponent(name) && !isReserved(prefix + name)) names.push(name);
    }
  }
  return names.sort();
}

async function* pages(
  bucket: S3Bucket,
  prefix: ObjectKey,
  signal: AbortSignal | undefined,
  Delimiter?: string,
): AsyncGenerator<ListObjectsV2CommandOutput> {
  let ContinuationToken: string | undefined;
  do {
    const request = {
      Bucket: bucket.name,
      Prefix: bucket.folder + prefix,
      // Without it an answer cannot bear each character that a name may have.
      EncodingType: 'url' as const,
      ...(Delimiter !== undefined && { Delimiter }),
      ...(ContinuationToken !== undefined && { ContinuationToken }),
    };
    const listing = bucket.call(prefix, signal, (options) => bucket.s3.listObjectsV2(request, options));
    const page = bucket.settings.createBucket
      ? await bucket.unless(['storage.container-missing'], listing)
      : await listing;
    if (!page) return;
    yield page;
    ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (ContinuationToken !== undefined);
}

/** A server that does not know the wish to encode does not say that it did. */
function nameOf(name: string, encoding: string | undefined): string {
  return encoding === 'url' ? decodeURIComponent(name.replaceAll('+', ' ')) : name;
}

function isReserved(key: ObjectKey): boolean {
  return key === RESERVED_FOLDER || key.startsWith(`${RESERVED_FOLDER}/`);
}

function notInOrder({ place }: S3Bucket, before: ObjectKey, key: ObjectKey): Failure {
  const message = `"${place}" lists "${before}" before "${key}", and so not in order`;
  return new Failure('storage.unsupported', message, { place, key });
}
