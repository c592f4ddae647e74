import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as the server heard it. */
export interface HeardRequest {
  /** `GET /path?query` */
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  /** The JSON of the body; `undefined` without one. */
  readonly body: unknown;
}

export interface HttpReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, text as it is; nothing without it. */
  readonly body?: unknown;
}

/** What answers: with a reply, or by its own way on the response. */
export type HttpAnswer = (
  request: HeardRequest,
  response: ServerResponse,
) => HttpReply | undefined | Promise<HttpReply | undefined>;

/** An HTTP server on the loopback, with a diary of what it was asked. */
export interface TestHttpServer extends AsyncDisposable {
  readonly url: string;
  readonly heard: readonly HeardRequest[];
  /** How many connections were made to it. */
  readonly connections: () => number;
  /** The answers from now on. */
  answer: HttpAnswer;
}

export async function startHttpServer(answer: HttpAnswer = () => ({ status: 404 })): Promise<TestHttpServer> {
  const heard: HeardRequest[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const sent = await text(request);
      const line = `${request.method ?? ''} ${request.url ?? ''}`;
      const body = sent === '' ? undefined : (JSON.parse(sent) as unknown);
      const one = { line, headers: request.headers, body };
      heard.push(one);
      const reply = await running.answer(one, response);
      if (!reply) return;
      const { status = 200, headers = {} } = reply;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      const told = reply.body;
      response.end(told === undefined || typeof told === 'string' ? told : JSON.stringify(told));
    })();
  });
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const running: TestHttpServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ heard, answer, connections: () => connections },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return running;
}
