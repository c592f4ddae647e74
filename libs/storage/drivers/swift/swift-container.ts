import { Failure } from '#kernel';
import { RESERVED_FOLDER } from '../../object-key.js';
import type { ObjectKey } from '../../storage-backend.js';
import { answerFailure, type About } from './swift-failure.js';
import type { SwiftCall, SwiftSession } from './swift-session.js';

/** Bytes of a name in a container, with the prefix. */
const MOST_NAME_BYTES = 1024;
const MISSING = 404;
const DENIED = 403;

/** One container and the prefix in it: how its objects are called, and whether it is there. */
export class SwiftContainer {
  readonly #name: string;
  readonly #root: string;
  #isThere: boolean | undefined;

  constructor(
    private readonly session: SwiftSession,
    container: string,
    private readonly mayBeMade: boolean,
    readonly place: string,
  ) {
    const [name = '', ...prefix] = container.split('/').filter((part) => part !== '');
    this.#name = name;
    this.#root = prefix.map((part) => `${part}/`).join('');
  }

  /** The name in the container of what is called `key` here. */
  nameOf(key: string): string {
    return this.#root + key;
  }

  /** The other way round. */
  keyOf(name: string): string {
    return name.slice(this.#root.length);
  }

  /** Of an object by its name in the container; of the container without one. */
  path(name?: string, query: Readonly<Record<string, string>> = {}): string {
    const parts = name === undefined ? [this.#name] : [this.#name, ...name.split('/')];
    const asked = new URLSearchParams(query).toString();
    return `/${parts.map(encodeURIComponent).join('/')}${asked && `?${asked}`}`;
  }

  /** As the manifest of a large object names it: not encoded. */
  manifestPath(name: string): string {
    return `/${this.#name}/${name}`;
  }

  /** Throws `storage.key-invalid` when the key is too long below this prefix. */
  assertRoom(key: ObjectKey): void {
    const { length } = Buffer.from(this.nameOf(key));
    if (length <= MOST_NAME_BYTES) return;
    const message = `key "${key}" has ${length} bytes with its prefix, and Swift takes at most ${MOST_NAME_BYTES}`;
    throw new Failure('storage.key-invalid', message, { place: this.place, key });
  }

  about(key: ObjectKey): About {
    return { place: this.place, key, thing: `object "${key}"` };
  }

  get aboutItself(): About {
    return { place: this.place, thing: 'the container' };
  }

  /**
   * Whether the container is there, as far as anybody may know; asked once. Throws `storage.container-missing` when it is
   * not and must not be made.
   */
  async isThere(signal?: AbortSignal): Promise<boolean> {
    if (this.#isThere !== undefined) return this.#isThere;
    // Asked by HEAD, Swift sends a body that must not be there when the account is new, and spoils the connection.
    const { answer, text } = await this.#call('GET', { limit: '1' }, signal);
    if (answer.status === MISSING) {
      if (!this.mayBeMade) throw this.missing();
      return false;
    }
    const isTold = answer.status < 300 || answer.status === DENIED;
    if (!isTold) throw answerFailure(answer, text, this.aboutItself);
    return (this.#isThere = true);
  }

  /** Makes the container when it is missing and may be made. */
  async make(signal?: AbortSignal): Promise<void> {
    if (await this.isThere(signal)) return;
    const { answer, text } = await this.#call('PUT', {}, signal);
    if (answer.status >= 300) throw answerFailure(answer, text, this.aboutItself);
    this.#isThere = true;
  }

  missing(): Failure {
    const { place } = this;
    return new Failure('storage.container-missing', `there is no container for "${place}"`, { place });
  }

  /** Where parts and marks of large objects lie; see `swift-parts.ts`. */
  hidden(name: string): string {
    return this.nameOf(`${RESERVED_FOLDER}/${name}`);
  }

  #call(
    method: SwiftCall['method'],
    query: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ) {
    const path = this.path(undefined, query);
    return this.session.ask({ method, path, signal, about: this.aboutItself });
  }
}
