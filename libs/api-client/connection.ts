import { isFailure, type Clock, type Schema } from '#kernel';
import { tokenView, type TokenView } from '#node-protocol';
import { callApi, checked, type Answer, type Call } from './http-call.js';
import { unlessAborted } from './unless-aborted.js';

/** With what one shows who one is: a token, or a name and a password that get one. */
export type Credentials =
  { readonly token: string } | { readonly username: string; readonly password: string };

export interface ConnectionOptions {
  /** With or without a path, such as `http://127.0.0.1:9090`. */
  readonly apiUrl: string;
  /** Asked when a token is needed; never kept. Without it only what is open to everybody can be asked for. */
  readonly credentials?: () => Promise<Credentials>;
  /** Whose documents are meant, when it is not one's own project. */
  readonly project?: string | undefined;
  readonly clock: Clock;
  /** Of one request, 30 s by default. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/** Requests to one API, with a token that is got and renewed by itself. */
export class Connection {
  // Whether a token is still good is for the API to say: its clock may be another.
  #token: string | undefined;
  #login: { readonly token: Promise<string>; readonly signal: AbortSignal | undefined } | undefined;

  constructor(private readonly options: ConnectionOptions) {}

  /** The answer's document. Rejects with the API's failure, `api.unreachable` or `api.answer-malformed`. */
  async ask<T>(schema: Schema<T>, call: Call): Promise<T> {
    return checked(schema, (await this.#call(call)).document, `the answer of ${call.method} ${call.path}`);
  }

  /** For answers without a document. */
  async tell(call: Call): Promise<void> {
    await this.#call(call);
  }

  /** A new token. Rejects with `auth.credentials-wrong`. */
  async logIn(username: string, password: string, signal?: AbortSignal): Promise<TokenView> {
    const { document } = await this.#send(
      { method: 'POST', path: '/api/v1/tokens', body: { username, password }, signal },
      undefined,
    );
    return checked(tokenView, document, 'the answer to a login');
  }

  async #call(call: Call): Promise<Answer> {
    const { project } = this.options;
    const asked = project === undefined ? call : { ...call, query: { project, ...call.query } };
    const token = await this.#currentToken(call.signal);
    try {
      return await this.#send(asked, token);
    } catch (error) {
      if (!isFailure(error, 'auth.token-expired', 'auth.token-invalid')) throw error;
      // It was good once: it has ended, or the API has another key.
      if (this.#token === token) this.#token = undefined;
      const renewed = await this.#currentToken(call.signal);
      if (renewed === undefined || renewed === token) throw error;
      return this.#send(asked, renewed);
    }
  }

  #send(call: Call, token: string | undefined): Promise<Answer> {
    return callApi(this.options.apiUrl, call, token, this.options.timeoutMs ?? TIMEOUT_MS);
  }

  async #currentToken(signal: AbortSignal | undefined): Promise<string | undefined> {
    const { credentials } = this.options;
    if (!credentials || this.#token !== undefined) return this.#token;
    // Requests that begin together share one login.
    const login = (this.#login ??= { token: this.#newToken(credentials, signal), signal });
    try {
      return await unlessAborted(login.token, signal);
    } catch (error) {
      if (!login.signal?.aborted || signal?.aborted) throw error;
      // Only the one who began it has called it off.
      return this.#currentToken(signal);
    }
  }

  async #newToken(
    credentials: NonNullable<ConnectionOptions['credentials']>,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    try {
      const given = await credentials();
      const { token } = 'token' in given ? given : await this.logIn(given.username, given.password, signal);
      this.#token = token;
      return token;
    } finally {
      this.#login = undefined;
    }
  }
}
