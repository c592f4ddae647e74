import { randomBytes } from 'node:crypto';
import { Failure, isFailure } from '#kernel';
import type { ObjectKey, RewindableBody } from '../../storage-backend.js';
import { etagOfParts } from './etag-digest.js';
import { PARTS_HEADER, PART_SIZE_HEADER } from './large-object.js';
import { PartReader } from './part-reader.js';
import type { SwiftContainer } from './swift-container.js';
import { answerFailure, contextOf, putFailure, takenFailure, type About } from './swift-failure.js';
import type { HttpAnswer } from './swift-http.js';
import { PartMarks } from './swift-part-marks.js';
import { assertSame, sendStretch, UNLESS_THERE } from './swift-put.js';
import type { SwiftSession } from './swift-session.js';

interface SentPart {
  readonly name: string;
  readonly etag: string;
  readonly size: number;
}

/**
 * Large objects: parts below `.firn-tmp/parts/<id>/`, then a manifest under the name of the object, with which it is
 * there at once and whole (a static large object).
 *
 * As long as parts have no manifest, a mark below `.firn-tmp/marks/` names the object they are for, so that what a killed
 * process left is found; see {@link PartMarks}.
 */
export class SwiftParts {
  readonly marks: PartMarks;

  constructor(
    private readonly session: SwiftSession,
    private readonly container: SwiftContainer,
    private readonly partSize: number,
  ) {
    this.marks = new PartMarks(session, container);
  }

  async put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void> {
    await this.#refuseTaken(key, signal);
    const id = randomBytes(12).toString('hex');
    await this.marks.set(id, key, signal);
    try {
      const parts = await this.#send(id, key, body, signal);
      await this.#join(id, key, parts, signal);
    } catch (error) {
      // Also when it was aborted. What cannot be removed now stays marked.
      await this.marks.sweepParts(id).catch(() => undefined);
      throw error;
    }
    // With its manifest the object is there: a mark that stays is swept by whoever comes next.
    await this.marks.clear(id).catch(() => undefined);
  }

  /**
   * Removes a large object by what a HEAD says of it: first the manifest, so that nobody sees half of it. Parts that are
   * not ours are Swift's to remove.
   */
  async remove(key: ObjectKey, head: HttpAnswer, signal?: AbortSignal): Promise<void> {
    const id = head.header(PARTS_HEADER);
    if (id === undefined || !/^[0-9a-f]{24}$/.test(id)) {
      await this.#delete(key, { 'multipart-manifest': 'delete' }, signal);
      return;
    }
    // Where nothing can be written any more, things must still be removed.
    await this.marks.set(id, key, signal).catch((error: unknown) => {
      if (!isFailure(error, 'storage.full', 'storage.access-denied')) throw error;
    });
    await this.#delete(key, {}, signal);
    await this.marks.sweepParts(id, signal);
  }

  /** Before gigabytes are sent in vain; who may not ask is told in the end. */
  async #refuseTaken(key: ObjectKey, signal?: AbortSignal): Promise<void> {
    const about = this.container.about(key);
    const path = this.container.path(this.container.nameOf(key));
    const { answer } = await this.session.ask({ method: 'HEAD', path, signal, about });
    if (answer.status < 300) throw takenFailure(about);
  }

  async #send(id: string, key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<SentPart[]> {
    const reader = new PartReader(key, body);
    const parts: SentPart[] = [];
    try {
      for (let start = 0; start < body.size; start += this.partSize) {
        const end = Math.min(start + this.partSize, body.size);
        const name = this.container.hidden(`parts/${id}/${String(parts.length + 1).padStart(8, '0')}`);
        const about = { ...this.container.about(key), thing: `part ${parts.length + 1} of object "${key}"` };
        const etag = await sendStretch(this.session, this.container, {
          ...{ name, about, reader, start, end, signal },
        });
        parts.push({ name, etag, size: end - start });
      }
    } finally {
      reader.close();
    }
    return parts;
  }

  async #join(id: string, key: ObjectKey, parts: readonly SentPart[], signal?: AbortSignal): Promise<void> {
    const name = this.container.nameOf(key);
    const about = this.container.about(key);
    const manifest = parts.map((part) => ({
      path: this.container.manifestPath(part.name),
      ...{ etag: part.etag, size_bytes: part.size },
    }));
    const { answer, text } = await this.session.ask({
      method: 'PUT',
      path: this.container.path(name, { 'multipart-manifest': 'put' }),
      headers: {
        ...UNLESS_THERE,
        'content-type': 'application/octet-stream',
        [PARTS_HEADER]: id,
        [PART_SIZE_HEADER]: String(this.partSize),
      },
      body: JSON.stringify(manifest),
      ...{ signal, about },
    });
    // Somebody removed a part, or it is not seen yet: sent again it will be there.
    if (answer.status === 400) throw unjoined(about);
    if (answer.status !== 201) throw putFailure(answer, text, about);
    const etag = etagOfParts(parts.map((part) => part.etag));
    await assertSame(this.session, this.container, name, etag, answer, about);
  }

  async #delete(
    key: ObjectKey,
    query: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<void> {
    const about = this.container.about(key);
    const path = this.container.path(this.container.nameOf(key), query);
    const { answer, text } = await this.session.ask({ method: 'DELETE', path, signal, about });
    if (answer.status >= 300 && answer.status !== 404) throw answerFailure(answer, text, about);
  }
}

function unjoined(about: About): Failure {
  const message = `"${about.place}" does not find all parts of ${about.thing}`;
  return new Failure('storage.unavailable', message, contextOf(about));
}
