import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';

/** A request on its way to Swift. */
export interface PassingRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** What becomes of a request: an answer instead of Swift's, or damage on the way there or back. */
export type Interference =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | { readonly damage: 'request' | 'answer' };

/** Stands between a client and a real server, hears all requests, and interferes with some. */
export interface Middleman extends AsyncDisposable {
  readonly port: number;
  readonly heard: readonly PassingRequest[];
  /** Asked about each request from now on; `undefined` lets it pass as it is. */
  interfere: (request: PassingRequest) => Interference | undefined;
}

export async function startMiddleman(targetPort: number): Promise<Middleman> {
  const heard: PassingRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const passing = { method, path, headers };
    heard.push(passing);
    const what = man.interfere(passing);
    if (what && 'status' in what) {
      // The body of a refused put stays where it is, so nothing else can come on this connection.
      outgoing.writeHead(what.status, { ...what.headers, connection: 'close' }).end(what.body);
      return;
    }
    // A connection of its own for each, so that only what is asked for goes wrong.
    const onwardHeaders = { ...headers, connection: 'close' };
    const onward = request({
      port: targetPort,
      host: '127.0.0.1',
      method,
      path,
      headers: onwardHeaders,
      agent: false,
    });
    // Swift's S3 ends the answer to a HEAD as if it had a body, which Node takes for an error when all is said.
    onward.on('error', () => void (outgoing.writableEnded || outgoing.destroy()));
    onward.on('response', (answer: IncomingMessage) => {
      const { connection: _, ...answerHeaders } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 500, answerHeaders);
      if (method === 'HEAD') return void outgoing.end();
      answer.on('error', () => outgoing.destroy());
      passed(answer, what?.damage === 'answer').pipe(outgoing);
    });
    incoming.on('error', () => onward.destroy());
    passed(incoming, what?.damage === 'request').pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const man: Middleman = {
    port: (server.address() as AddressInfo).port,
    heard,
    interfere: () => undefined,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return man;
}

/** The same bytes, or the same but for one bit of the first. */
function passed(source: IncomingMessage, isDamaged: boolean): NodeJS.ReadableStream {
  if (!isDamaged) return source;
  let isFirst = true;
  const flip = new Transform({
    transform: (piece: Buffer, _encoding, done) => {
      const copy = Buffer.from(piece);
      if (isFirst) copy[0] = (copy[0] ?? 0) ^ 1;
      isFirst = false;
      done(null, copy);
    },
  });
  return source.pipe(flip);
}
