import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import type { Agent, Dispatcher } from 'undici';
import { Failure, printable } from '#kernel';

export interface HttpCall {
  readonly method: Dispatcher.HttpMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** To be read to its end, or destroyed. */
  readonly body: Readable & { text(): Promise<string> };
}

/** Bytes of an answer that wait for their reader, at most. */
const READ_AHEAD_BYTES = 1 << 20;

/** Connections to the servers of one storage, used again and again. What rejects are errors of undici. */
export class SwiftHttp {
  private constructor(
    private readonly agent: Agent,
    private readonly request: (url: string, options: object) => Promise<Dispatcher.ResponseData>,
  ) {}

  /** Rejects with `input.file-unreadable` or `input.file-malformed` when something is wrong with the certificates. */
  static async open(timeoutSeconds: number, caFile: string | undefined): Promise<SwiftHttp> {
    const { Agent: HttpAgent, request } = await import('undici');
    const ca = caFile === undefined ? undefined : await trusted(caFile);
    const timeout = timeoutSeconds * 1000;
    const connect = { timeout, ...(ca && { ca }) };
    const agent = new HttpAgent({ headersTimeout: timeout, bodyTimeout: timeout, connect, allowH2: false });
    return new SwiftHttp(agent, request);
  }

  /** Resolves when the head of the answer is there, which may be before all of the body was sent. */
  async send({ method, url, headers, body, signal }: HttpCall): Promise<HttpAnswer> {
    const answer = await this.request(url, {
      ...{ method, headers, body, signal, dispatcher: this.agent, highWaterMark: READ_AHEAD_BYTES },
      // undici would end the connection after each HEAD, for servers that send a body then.
      reset: false,
    });
    return {
      status: answer.statusCode,
      header: (name) => {
        const value = answer.headers[name];
        return Array.isArray(value) ? value[0] : value;
      },
      body: answer.body,
    };
  }

  /** Ends all connections, also those in use. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

/** The usual authorities and those of the file: the object store may have another one than the login. */
async function trusted(caFile: string): Promise<string[]> {
  let pem: string;
  try {
    pem = await readFile(caFile, 'utf8');
  } catch (error) {
    throw new Failure(
      'input.file-unreadable',
      `cannot read caFile "${printable(caFile)}"`,
      { caFile },
      error,
    );
  }
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return [...getCACertificates('default'), pem];
  throw new Failure('input.file-malformed', `caFile "${printable(caFile)}" holds no certificate`, { caFile });
}
