import { asFailure, deadline, Failure, parse, type Schema } from '#kernel';
import { failureOfAnswer } from './problem-answer.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Call {
  readonly method: Method;
  /** Below the address of the API, with its leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** JSON; Dates become text. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  /** `undefined` when there is none. */
  readonly document: unknown;
}

const MAX_ANSWER_BYTES = 64 << 20;

/**
 * One request and its answer. Rejects with `api.unreachable` when nobody answers in `timeoutMs`, with
 * `api.answer-malformed` when it is no API that answers or one that sends elsewhere, with the API's own failure when it
 * refuses, and with the signal's reason when that is aborted. Memory held: one answer, 64 MiB at most.
 */
export async function callApi(
  apiUrl: string,
  { method, path, query = {}, body, signal }: Call,
  token: string | undefined,
  timeoutMs: number,
): Promise<Answer> {
  const url = urlOf(apiUrl, path, query);
  const late = new Failure('api.unreachable', `${apiUrl} did not answer within ${timeoutMs} ms`, { apiUrl });
  const limit = deadline(timeoutMs, late, signal);
  try {
    const response = await fetch(url, {
      method,
      // The token is for this address only.
      redirect: 'manual',
      signal: limit.signal,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await limitedText(response, apiUrl);
    const elsewhere = response.headers.get('location');
    if (elsewhere !== null && response.status >= 300 && response.status < 400) {
      const message = `${apiUrl} sends to another address: ${elsewhere}`;
      throw new Failure('api.answer-malformed', message, { apiUrl, location: elsewhere });
    }
    if (response.ok) return { status: response.status, document: documentIn(text, apiUrl) };
    throw failureOfAnswer(response.status, text, { apiUrl, method, path });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Failure) throw error;
    if (limit.signal.aborted) throw late;
    throw new Failure('api.unreachable', `cannot reach ${apiUrl}: ${reasonOf(error)}`, { apiUrl }, error);
  } finally {
    limit.clear();
  }
}

/** The document of an answer, checked. */
export function checked<T>(schema: Schema<T>, document: unknown, what: string): T {
  try {
    return parse(schema, document, what);
  } catch (error) {
    const { message, context } = asFailure(error);
    throw new Failure('api.answer-malformed', message, context, error);
  }
}

function urlOf(apiUrl: string, path: string, query: NonNullable<Call['query']>): URL {
  const url = new URL(apiUrl.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

async function limitedText(response: Response, apiUrl: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > MAX_ANSWER_BYTES) {
      const message = `${apiUrl} answers with more than ${MAX_ANSWER_BYTES} bytes`;
      throw new Failure('api.answer-malformed', message, { apiUrl });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length).toString('utf8');
}

function documentIn(text: string, apiUrl: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure('api.answer-malformed', `${apiUrl} does not answer in JSON`, { apiUrl }, error);
  }
}

/** `fetch` says only "fetch failed"; what failed is in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : String(cause);
}
