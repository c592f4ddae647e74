import { Failure } from '#kernel';
import type { SwiftLogin } from './login/swift-login.js';
import { transportFailure, type About } from './swift-failure.js';
import type { HttpAnswer, HttpCall, SwiftHttp } from './swift-http.js';

export interface SwiftCall {
  readonly method: HttpCall['method'];
  /** Below the account, encoded, with a slash at the begin; with the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called once for each time that it is sent. `over` is aborted as soon as nobody wants the bytes any more. */
  readonly body?: string | ((over: AbortSignal) => AsyncIterable<Uint8Array>);
  readonly signal?: AbortSignal | undefined;
  readonly about: About;
}

/**
 * Requests of one account, with a login that is shared by all of them. A request whose token is no longer known is made
 * again with a new one, once.
 */
export class SwiftSession {
  #login: Promise<SwiftLogin> | undefined;

  constructor(
    private readonly http: SwiftHttp,
    private readonly logIn: () => Promise<SwiftLogin>,
  ) {}

  /** The answer with its whole body as text: for what is small. */
  async ask(call: SwiftCall): Promise<{ answer: HttpAnswer; text: string }> {
    return this.#answered(call, async (answer) => ({ answer, text: await answer.body.text() }));
  }

  /** The answer, with a body to be read when it has `status`; the text of every other. */
  async stream(
    call: SwiftCall,
    ...wanted: readonly number[]
  ): Promise<{ answer: HttpAnswer; text?: string }> {
    return this.#answered(call, async (answer) =>
      wanted.includes(answer.status) ? { answer } : { answer, text: await answer.body.text() },
    );
  }

  async #answered<T extends { answer: HttpAnswer; text?: string }>(
    call: SwiftCall,
    take: (answer: HttpAnswer) => Promise<T>,
  ): Promise<T> {
    const login = await unlessAborted(this.#loggedIn(), call.signal);
    const first = await this.#send(login, call, take);
    if (first.answer.status !== 401) return first;
    const second = await this.#send(await unlessAborted(this.#renewed(login), call.signal), call, take);
    if (second.answer.status !== 401) return second;
    const { place } = call.about;
    throw new Failure('storage.login-refused', `"${place}" refuses the token of its login`, { place });
  }

  async #send<T>(login: SwiftLogin, call: SwiftCall, take: (answer: HttpAnswer) => Promise<T>): Promise<T> {
    const { method, path, body, signal, about } = call;
    const over = new AbortController();
    let thrown: { readonly error: unknown } | undefined;
    async function* watched(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      try {
        yield* bytes;
      } catch (error) {
        thrown ??= { error };
        throw error;
      }
    }
    try {
      const answer = await this.http.send({
        ...{ method, url: login.storageUrl + path, signal },
        headers: { ...call.headers, 'x-auth-token': login.token },
        ...(body !== undefined && { body: typeof body === 'string' ? body : watched(body(over.signal)) }),
      });
      return await take(answer);
    } catch (error) {
      signal?.throwIfAborted();
      if (thrown) throw thrown.error;
      throw transportFailure(error, about);
    } finally {
      over.abort();
    }
  }

  #loggedIn(): Promise<SwiftLogin> {
    const login = (this.#login ??= this.logIn());
    login.catch(() => {
      if (this.#login === login) this.#login = undefined;
    });
    return login;
  }

  /** Of many requests that find their token unknown, one logs in. */
  async #renewed(refused: SwiftLogin): Promise<SwiftLogin> {
    if ((await this.#login) === refused) this.#login = undefined;
    return this.#loggedIn();
  }
}

/** The outcome, or the reason of the signal as soon as it is aborted: a login is not given up for one of its users. */
async function unlessAborted<T>(outcome: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return outcome;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([outcome, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
