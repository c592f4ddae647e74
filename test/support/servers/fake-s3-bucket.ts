import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface FakeS3Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface FakeObject {
  readonly bytes: Buffer;
  /** Those of the put. */
  readonly headers: IncomingHttpHeaders;
  readonly modifiedAt: Date;
}

interface Asked {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

const LOCK_HEADERS = ['x-amz-object-lock-retain-until-date', 'x-amz-object-lock-legal-hold'];
const NO_KEY = refusal(404, 'NoSuchKey', 'The specified key does not exist.');

/** An error as S3 says it. */
export function refusal(status: number, code: string, message: string, more = ''): FakeS3Reply {
  return { status, body: `<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>` };
}

/** The objects of a fake S3. It has one bucket, whatever its name. */
export class FakeBucket {
  readonly objects = new Map<string, FakeObject>();
  readonly uploads = new Map<string, { readonly key: string; readonly parts: Map<number, Buffer> }>();
  /** Whether the bucket is there. */
  exists = true;
  /** When what is put now is put. */
  now = new Date('2026-01-01T00:00:00Z');
  #uploads = 0;

  constructor(private readonly options: { readonly conditions?: string; readonly objectLock?: boolean }) {}

  answer(asked: Asked, body: Buffer): FakeS3Reply {
    if (asked.key === '' && asked.method === 'PUT') return this.#create();
    if (!this.exists) return refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.');
    if (asked.key === '') return this.#ofBucket(asked);
    const upload = asked.query.get('uploadId');
    if (upload !== null) return this.#ofUpload(asked, upload, body);
    switch (asked.method) {
      case 'POST':
        return this.#begin(asked.key);
      case 'PUT':
        return this.#put(asked, body);
      case 'DELETE':
        this.objects.delete(asked.key);
        return { status: 204 };
      default:
        return this.#get(asked);
    }
  }

  #create(): FakeS3Reply {
    this.exists = true;
    return {};
  }

  #ofBucket({ method, query }: Asked): FakeS3Reply {
    if (method === 'HEAD') return {};
    if (!query.has('object-lock')) return this.#list(query);
    const message = 'Object Lock configuration does not exist for this bucket';
    return this.options.objectLock
      ? xml('ObjectLockConfiguration', '<ObjectLockEnabled>Enabled</ObjectLockEnabled>')
      : refusal(404, 'ObjectLockConfigurationNotFoundError', message);
  }

  #put({ key, headers }: Asked, body: Buffer): FakeS3Reply {
    const refused = this.#refusedCondition(key, headers);
    if (refused) return refused;
    this.objects.set(key, { bytes: body, headers, modifiedAt: this.now });
    return { headers: { etag: etagOf(body) } };
  }

  #refusedCondition(key: string, headers: IncomingHttpHeaders): FakeS3Reply | undefined {
    if (headers['if-none-match'] === undefined || this.options.conditions === 'ignored') return undefined;
    if (this.options.conditions === 'refused')
      return refusal(
        501,
        'NotImplemented',
        'A header you provided implies functionality that is not implemented',
      );
    return this.objects.has(key)
      ? refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')
      : undefined;
  }

  #get({ key, headers }: Asked): FakeS3Reply {
    const found = this.objects.get(key);
    if (!found) return NO_KEY;
    const told = {
      'last-modified': found.modifiedAt.toUTCString(),
      etag: etagOf(found.bytes),
      'x-amz-version-id': 'v1',
      ...Object.fromEntries(
        LOCK_HEADERS.flatMap((name) => (found.headers[name] ? [[name, found.headers[name]]] : [])),
      ),
    } as Record<string, string>;
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
    if (!range)
      return { headers: { ...told, 'content-length': String(found.bytes.length) }, body: found.bytes };
    const [start, last] = [Number(range[1]), Math.min(Number(range[2]), found.bytes.length - 1)];
    if (start > last) return refusal(416, 'InvalidRange', 'The requested range is not satisfiable');
    const contentRange = `bytes ${start}-${last}/${found.bytes.length}`;
    return {
      status: 206,
      headers: { ...told, 'content-range': contentRange },
      body: found.bytes.subarray(start, last + 1),
    };
  }

  #list(query: URLSearchParams): FakeS3Reply {
    const prefix = query.get('prefix') ?? '';
    const isEncoded = query.get('encoding-type') === 'url';
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const contents = keys.map((key) => {
      const { bytes, modifiedAt } = this.objects.get(key) as FakeObject;
      const facts = `<LastModified>${modifiedAt.toISOString()}</LastModified><Size>${bytes.length}</Size>`;
      return `<Contents><Key>${isEncoded ? encodeURIComponent(key) : key}</Key>${facts}</Contents>`;
    });
    return xml(
      'ListBucketResult',
      `${isEncoded ? '<EncodingType>url</EncodingType>' : ''}<IsTruncated>false</IsTruncated>${contents.join('')}`,
    );
  }

  #begin(key: string): FakeS3Reply {
    const id = `upload-${(this.#uploads += 1)}`;
    this.uploads.set(id, { key, parts: new Map() });
    return xml('InitiateMultipartUploadResult', `<UploadId>${id}</UploadId>`);
  }

  #ofUpload({ method, key, query, headers }: Asked, id: string, body: Buffer): FakeS3Reply {
    const upload = this.uploads.get(id);
    if (!upload) return refusal(404, 'NoSuchUpload', 'The specified upload does not exist.');
    switch (method) {
      case 'PUT':
        upload.parts.set(Number(query.get('partNumber')), body);
        return { headers: { etag: etagOf(body), ...checksumIn(headers) } };
      case 'DELETE':
        this.uploads.delete(id);
        return { status: 204 };
      case 'GET':
        return xml('ListPartsResult', [...upload.parts.keys()].map((number) => this.#part(number)).join(''));
      default: {
        const refused = this.#refusedCondition(key, headers);
        if (refused) return refused;
        this.uploads.delete(id);
        const bytes = Buffer.concat([...upload.parts.values()]);
        this.objects.set(key, { bytes, headers, modifiedAt: this.now });
        return xml('CompleteMultipartUploadResult', `<ETag>${etagOf(bytes)}</ETag>`);
      }
    }
  }

  #part(number: number): string {
    return `<Part><PartNumber>${number}</PartNumber><LastModified>${this.now.toISOString()}</LastModified></Part>`;
  }
}

function xml(name: string, inner: string): FakeS3Reply {
  return { body: `<?xml version="1.0" encoding="UTF-8"?><${name}>${inner}</${name}>` };
}

/** A server that keeps a checksum says so. */
function checksumIn(headers: IncomingHttpHeaders): Record<string, string> {
  const sum = headers['x-amz-checksum-sha256'];
  return typeof sum === 'string' ? { 'x-amz-checksum-sha256': sum } : {};
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}
