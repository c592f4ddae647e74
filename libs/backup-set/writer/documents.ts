import { join } from 'node:path';
import { DocumentWriter } from '../frames/document-writer.js';
import type { FrameSealer } from '../frames/frame-sealer.js';
import type { StoredObject } from '../frames/stored-object.js';
import { objectNames } from '../layout.js';
import type { DocumentName } from './compose-manifest.js';
import type { NewBackup, WriterDeps } from './new-backup.js';

/** The documents of one backup on their way into the storage, by way of temporary files. */
export class Documents {
  readonly #begun: DocumentWriter[] = [];

  constructor(
    private readonly deps: WriterDeps,
    private readonly backup: NewBackup,
    private readonly folder: string,
    private readonly sealerOf: (name: DocumentName) => FrameSealer,
    /** Seals those that are begun before the stream is whole, until they are finished. */
    private readonly meanwhile: (name: DocumentName) => FrameSealer | undefined = () => undefined,
  ) {}

  async begin(name: DocumentName): Promise<DocumentWriter> {
    const document = await DocumentWriter.create(
      this.sealerOf(name),
      this.deps.documentCodec,
      this.path(name),
      this.meanwhile(name),
    );
    this.#begun.push(document);
    return document;
  }

  async store(name: DocumentName, document: DocumentWriter, signal: AbortSignal): Promise<StoredObject> {
    const { body, size, sha256 } = await document.finish();
    await this.deps.storage.put(this.folder + objectNames[name], body, signal);
    return { size, sha256 };
  }

  /** Where the stored bytes of a document are until it is removed. */
  path(name: DocumentName): string {
    return join(this.deps.workDirectory, `${this.backup.id}-${name}`);
  }

  /** Removes the temporary files. */
  async remove(): Promise<void> {
    for (const document of this.#begun) await document.remove();
  }
}
