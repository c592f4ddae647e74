import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '#kernel';

const KEY_BYTES = 32;

/**
 * The keys in a file: one a line, in base64, the newest first. It is read each time, so that a key put before the others
 * is used at once; it is made when it is not there. Rejects with `platform.state-unusable`.
 */
export function sealingKeysIn(
  path: string,
  random: (bytes: number) => Uint8Array,
): () => Promise<readonly Uint8Array[]> {
  return async () => {
    try {
      return keysOf((await read(path)) ?? (await made(path, random)), path);
    } catch (error) {
      if (error instanceof Failure) throw error;
      const { message: reason } = error as Error;
      const message = `the key that seals secrets can be neither read nor made: ${reason}; name another place with --sealing-key-file`;
      throw new Failure('platform.state-unusable', message, { file: path }, error);
    }
  };
}

function keysOf(text: string, path: string): readonly Uint8Array[] {
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'base64'));
  if (keys.length > 0 && keys.every((key) => key.length === KEY_BYTES)) return keys;
  const message = `"${path}" is no file of sealing keys: each line is to be ${KEY_BYTES} bytes in base64`;
  throw new Failure('platform.state-unusable', message, { file: path });
}

/** Of several processes that make it at the same time, one does, and all have its key. */
async function made(path: string, random: (bytes: number) => Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${Buffer.from(random(8)).toString('hex')}`;
  try {
    await using file = await open(draft, 'wx', 0o600);
    await file.writeFile(`${Buffer.from(random(KEY_BYTES)).toString('base64')}\n`);
    await file.sync();
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
