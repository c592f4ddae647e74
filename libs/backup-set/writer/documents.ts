import { join } from 'node:path';
import { DocumentWriter } from '../frames/document-writer.js';
import type { FrameSealer } from '../frames/frame-sealer.js';
import type { StoredObject } from '../frames/stored-object.js';
import { objectNames } from '../layout.js';
import type { DocumentName } from './compose-manifest.js';
import type { NewBackup, WriterDeps } from './new-backup.js';

/** Catalogue, index and state of one backup on their way into the storage, by way of temporary files. */
export class Documents {
  readonly #begun: DocumentWriter[] = [];

  constructor(
    private readonly deps: WriterDeps,
    private readonly backup: NewBackup,
    private readonly folder: string,
  ) {}

  async begin(name: DocumentName, sealer: FrameSealer): Promise<DocumentWriter> {
    const { documentCodec, workDirectory } = this.deps;
    const path = join(workDirectory, `${this.backup.id}-${name}`);
    const document = await DocumentWriter.create(sealer, documentCodec, path);
    this.#begun.push(document);
    return document;
  }

  async store(name: DocumentName, document: DocumentWriter, signal: AbortSignal): Promise<StoredObject> {
    const { body, size, sha256 } = await document.finish();
    await this.deps.storage.put(this.folder + objectNames[name], body, signal);
    return { size, sha256 };
  }

  /** Removes the temporary files. */
  async remove(): Promise<void> {
    for (const document of this.#begun) await document.remove();
  }
}
