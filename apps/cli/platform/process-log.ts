import { open, rename, stat, type FileHandle } from 'node:fs/promises';

const MAX_BYTES = 4 << 20;
const OLD_FILES = 3;
const REMEMBERED_BYTES = 8 << 10;

/** A file that one life of a process writes its log to. */
export interface ProcessLog {
  /** For the process. */
  readonly fd: number;
  /** What this life said last. */
  lastLines(count: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Opens the log for another life; what has grown beyond 4 MiB is put aside first, and three of those are kept. */
export async function openProcessLog(path: string): Promise<ProcessLog> {
  if ((await sizeOf(path)) > MAX_BYTES) await putAside(path);
  const file = await open(path, 'a+', 0o600);
  const { size: begin } = await file.stat();
  return {
    fd: file.fd,
    lastLines: async (count) => (await tailOf(file, begin)).split('\n').filter(Boolean).slice(-count),
    close: () => file.close(),
  };
}

async function tailOf(file: FileHandle, begin: number): Promise<string> {
  const { size } = await file.stat();
  const from = Math.max(begin, size - REMEMBERED_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
  return buffer.toString('utf8', 0, bytesRead);
}

async function putAside(path: string): Promise<void> {
  for (let age = OLD_FILES - 1; age >= 0; age -= 1) {
    const older = age === 0 ? path : `${path}.${age}`;
    if ((await sizeOf(older)) > 0) await rename(older, `${path}.${age + 1}`);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
