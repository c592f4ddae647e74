import { chmodSync, type BigIntStats } from 'node:fs';
import { placeOf } from './place-of.js';

/**
 * Directories that are in the target already and that their owner, an ordinary user, may not write to as they are. They
 * are opened for the restore. Those that are restored themselves get their mode by that; the others get it back.
 */
export class ClosedDirectories {
  readonly #modes = new Map<string, { readonly mode: number; readonly restored: boolean }>();

  constructor(private readonly root: string) {}

  note(path: string, there: BigIntStats, restored: boolean): void {
    if (isClosed(there)) this.#modes.set(path, { mode: Number(there.mode) & 0o7777, restored });
  }

  open(): void {
    for (const [path, { mode }] of this.#modes) chmodSync(placeOf(this.root, path), mode | 0o700);
  }

  /** After the restore; when it failed, nobody else gives them their mode. */
  close(succeeded: boolean): void {
    for (const [path, { mode, restored }] of this.#modes) {
      if (!succeeded || !restored) chmodSync(placeOf(this.root, path), mode);
    }
  }
}

function isClosed(there: BigIntStats): boolean {
  const user = process.getuid?.() ?? 0;
  return user !== 0 && there.uid === BigInt(user) && (there.mode & 0o300n) !== 0o300n;
}
