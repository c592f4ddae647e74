import { open, rm, type FileHandle } from 'node:fs/promises';

/**
 * What `bytes` yields, written to a new file on the way. A file that cannot be written does not disturb the reader: it is
 * told, and taken away. So is one whose bytes were not read to their end. Returns whether the file is there.
 */
export async function* keptBytes(
  path: string,
  bytes: AsyncIterable<Buffer>,
  tell: (error: unknown) => void,
): AsyncGenerator<Buffer, boolean> {
  const file = await CopyFile.open(path, tell);
  let isWhole = false;
  try {
    for await (const piece of bytes) {
      await file.write(piece);
      yield piece;
    }
    isWhole = file.isOpen;
    return isWhole;
  } finally {
    await file.close(isWhole);
  }
}

class CopyFile {
  private constructor(
    private readonly path: string,
    private readonly tell: (error: unknown) => void,
    private file: FileHandle | undefined,
  ) {}

  static async open(path: string, tell: (error: unknown) => void): Promise<CopyFile> {
    try {
      await rm(path, { force: true, recursive: true });
      return new CopyFile(path, tell, await open(path, 'wx', 0o600));
    } catch (error) {
      tell(error);
      return new CopyFile(path, tell, undefined);
    }
  }

  get isOpen(): boolean {
    return this.file !== undefined;
  }

  async write(bytes: Buffer): Promise<void> {
    try {
      await this.file?.writeFile(bytes);
    } catch (error) {
      this.tell(error);
      await this.close(false);
    }
  }

  async close(isWhole: boolean): Promise<void> {
    const { file } = this;
    this.file = undefined;
    if (!file) return;
    try {
      await file.close();
      if (!isWhole) await rm(this.path, { force: true });
    } catch (error) {
      this.tell(error);
    }
  }
}
