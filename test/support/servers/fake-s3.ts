import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createServer as createTlsServer } from 'node:tls';
import { FakeBucket, refusal, type FakeS3Reply } from './fake-s3-bucket.js';

/** A request as the server heard it, before its body. */
export interface FakeS3Request {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export interface FakeS3Options {
  /** What becomes of a put that bears `If-None-Match: *`. */
  readonly conditions?: 'honoured' | 'ignored' | 'refused';
  readonly objectLock?: boolean;
  /** Key and certificate, in PEM: then it speaks TLS. */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
}

/**
 * A small S3 in memory, on the loopback: no signatures, but what the real server of our tests does not know, such as
 * conditions and locks, and answers by script. It checks bodies against their digests.
 */
export interface FakeS3 extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly heard: readonly FakeS3Request[];
  readonly bucket: FakeBucket;
  /**
   * Asked before the body of a request is read: what it gives is the answer, which then comes early; `stall` means that
   * none ever comes.
   */
  script: (request: FakeS3Request) => FakeS3Reply | 'stall' | undefined;
}

export async function startFakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const heard: FakeS3Request[] = [];
  const bucket = new FakeBucket(options);
  const server = createServer((incoming, response) => {
    incoming.on('error', () => undefined);
    void respond(incoming, response).catch(() => response.destroy());
  });
  // An early answer ends the connection, as those of real servers do.
  const respond = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = requestOf(incoming);
    heard.push(request);
    const early = running.script(request);
    if (early === 'stall') return;
    if (early)
      return write(response, request, { ...early, headers: { ...early.headers, connection: 'close' } });
    const body = await buffer(incoming);
    write(response, request, damage(request, body) ?? bucket.answer(request, body));
  };
  const front = options.tls
    ? createTlsServer(options.tls, (socket) => void server.emit('connection', socket))
    : server;
  front.on('tlsClientError', () => undefined);
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const { port } = front.address() as AddressInfo;
  const running: FakeS3 = {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    ...{ port, heard, bucket },
    script: () => undefined,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      front.close();
      await once(front, 'close');
    },
  };
  return running;
}

function requestOf({ method = '', url = '', headers }: IncomingMessage): FakeS3Request {
  const { pathname, searchParams: query } = new URL(url, 'http://fake');
  const path = pathname.slice(1).split('/').map(decodeURIComponent);
  const [host = ''] = (headers.host ?? '').split(':');
  const bucket =
    host === '127.0.0.1' || host === 'localhost' ? (path.shift() ?? '') : (host.split('.')[0] ?? '');
  return { method, bucket, key: path.join('/'), query, headers };
}

function write(response: ServerResponse, { method }: FakeS3Request, reply: FakeS3Reply): void {
  const { status = 200, headers = {}, body = '' } = reply;
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, {
    ...(status !== 204 && { 'content-length': length }),
    ...(typeof body === 'string' && body !== '' && { 'content-type': 'application/xml' }),
    ...headers,
  });
  response.end(method === 'HEAD' ? undefined : body);
}

/** What a real server says when a body is not what its headers say. */
function damage({ headers }: FakeS3Request, body: Buffer): FakeS3Reply | undefined {
  const digest = (algorithm: string) => createHash(algorithm).update(body);
  const told = {
    'x-amz-content-sha256': () => digest('sha256').digest('hex'),
    'x-amz-checksum-sha256': () => digest('sha256').digest('base64'),
    'content-md5': () => digest('md5').digest('base64'),
  };
  for (const [name, actual] of Object.entries(told)) {
    const value = headers[name];
    if (typeof value === 'string' && value !== actual())
      return refusal(400, 'BadDigest', `${name} is not right`);
  }
  return undefined;
}
