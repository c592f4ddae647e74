import { createReadStream } from 'node:fs';
import { isFailure, type FailureCode } from '#kernel';
import type { StorageBackend } from '#storage';
import type { ListedBackup } from '../backup-list.js';
import type { CodecShelf } from '../frames/codec-shelf.js';
import { readDocument } from '../frames/document-reader.js';
import type { FrameSealer } from '../frames/frame-sealer.js';
import type { StoredObject } from '../frames/stored-object.js';
import { piecesOf, stateOf, type CachedDocument } from '../state-cache/cached-document.js';
import type { StateCache } from '../state-cache/state-cache.js';

const CODES = {
  catalogue: 'catalogue.damaged',
  index: 'index.damaged',
  state: 'state.damaged',
  pieces: 'state.damaged',
} as const satisfies Record<string, FailureCode>;
export type StoredDocumentName = keyof typeof CODES;

export interface DocumentDeps {
  readonly storage: StorageBackend;
  readonly codecs: CodecShelf;
  /** Where copies of state and pieces may be, and where they are kept when they are read. */
  readonly cache?: StateCache | undefined;
}

/** The documents of one backup, each checked to its last byte. */
export class StoredDocuments {
  constructor(
    private readonly deps: DocumentDeps,
    private readonly listed: ListedBackup,
    private readonly sealerOf: (name: StoredDocumentName) => FrameSealer,
  ) {}

  /** The plaintext; nothing when the backup has no such document. Rejects with `<document>.damaged`. */
  async *read(name: StoredDocumentName, signal?: AbortSignal): AsyncGenerator<Buffer> {
    const expected: StoredObject | undefined = this.listed.read.manifest[name];
    if (!expected) return;
    const key = this.listed.folder + name;
    const open = () => this.#open(name, key, signal);
    const others = () => this.#inOtherPlaces(key, signal);
    const document = { key, expected, sealer: this.sealerOf(name), code: CODES[name], open, others };
    yield* readDocument(document, this.deps.codecs, signal);
  }

  async #open(name: StoredDocumentName, key: string, signal?: AbortSignal): Promise<AsyncIterable<Buffer>> {
    const { cache, storage } = this.deps;
    const cached = cache && this.#cached(name);
    const path = cached && (await cache.find(cached));
    if (path !== undefined) return createReadStream(path) as AsyncIterable<Buffer>;
    const bytes: AsyncIterable<Buffer> = await storage.get(key, undefined, signal);
    return cached ? cache.keeping(cached, bytes) : bytes;
  }

  /** Also where it was read first: the cache may have answered then. */
  async *#inOtherPlaces(key: string, signal?: AbortSignal): AsyncGenerator<AsyncIterable<Buffer>> {
    for (const { storage } of this.deps.storage.alternatives?.() ?? []) {
      try {
        yield await storage.get(key, undefined, signal);
      } catch (error) {
        if (!isFailure(error) || error.kind === 'cancelled') throw error;
      }
    }
  }

  #cached(name: StoredDocumentName): CachedDocument | undefined {
    const { manifest } = this.listed.read;
    if (name === 'state') return stateOf(manifest);
    return name === 'pieces' ? piecesOf(manifest) : undefined;
  }
}
