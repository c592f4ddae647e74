import { isFailure } from '#kernel';
import type { ObjectKey } from '../../storage-backend.js';
import { PARTS_HEADER } from './large-object.js';
import type { SwiftContainer } from './swift-container.js';
import { answerFailure } from './swift-failure.js';
import { entriesBelow } from './swift-listing.js';
import type { SwiftSession } from './swift-session.js';

/** Longer than anybody is on the way with one object. */
const ABANDONED_MS = 24 * 60 * 60_000;

/**
 * Marks of parts that have no manifest, or not for long any more: small objects that hold the key of the large one.
 */
export class PartMarks {
  constructor(
    private readonly session: SwiftSession,
    private readonly container: SwiftContainer,
  ) {}

  async set(id: string, key: ObjectKey, signal?: AbortSignal): Promise<void> {
    const about = this.container.about(key);
    const call = { method: 'PUT', path: this.#path(id), body: key, signal, about } as const;
    const { answer, text } = await this.session.ask(call);
    if (answer.status === 404) throw this.container.missing();
    if (answer.status >= 300) throw answerFailure(answer, text, about);
  }

  async clear(id: string, signal?: AbortSignal): Promise<void> {
    await this.#delete(this.#path(id), signal);
  }

  /** Removes parts, and then their mark. */
  async sweepParts(id: string, signal?: AbortSignal): Promise<void> {
    const prefix = this.container.hidden(`parts/${id}/`);
    for await (const entry of entriesBelow(this.session, this.container, { prefix }, signal)) {
      if ('name' in entry) await this.#delete(this.container.path(entry.name), signal);
    }
    await this.clear(id, signal);
  }

  /** Removes what killed processes left a day ago and before. What cannot be swept is left to others. */
  async sweep(now: Date, signal?: AbortSignal): Promise<void> {
    try {
      const prefix = this.container.hidden('marks/');
      for await (const entry of entriesBelow(this.session, this.container, { prefix }, signal)) {
        if ('subdir' in entry) continue;
        const isAbandoned = now.getTime() - Date.parse(`${entry.last_modified}Z`) > ABANDONED_MS;
        if (isAbandoned) await this.#sweepOne(entry.name.slice(prefix.length), signal);
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!isFailure(error)) throw error;
    }
  }

  async #sweepOne(id: string, signal?: AbortSignal): Promise<void> {
    const about = this.container.aboutItself;
    const mark = await this.session.ask({ method: 'GET', path: this.#path(id), signal, about });
    if (mark.answer.status !== 200) return;
    const path = this.container.path(this.container.nameOf(mark.text));
    const { answer } = await this.session.ask({ method: 'HEAD', path, signal, about });
    const isJoined = answer.status === 200 && answer.header(PARTS_HEADER) === id;
    if (isJoined) await this.clear(id, signal);
    else if (answer.status === 200 || answer.status === 404) await this.sweepParts(id, signal);
  }

  async #delete(path: string, signal?: AbortSignal): Promise<void> {
    const about = this.container.aboutItself;
    const { answer, text } = await this.session.ask({ method: 'DELETE', path, signal, about });
    if (answer.status >= 300 && answer.status !== 404) throw answerFailure(answer, text, about);
  }

  #path(id: string): string {
    return this.container.path(this.container.hidden(`marks/${id}`));
  }
}
