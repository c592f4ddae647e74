import { access } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Threads beside those that compress: they write segments and temporary files. */
const BESIDE = 3;
const MOST = 20;
const SIZE = 'UV_THREADPOOL_SIZE';

/**
 * Makes the pool on which frames are compressed and files are read as large as the machine; usually it has four threads.
 * To be called before anything uses it, since it is made then, once and for all.
 */
export function sizeThreadPool(): void {
  if (process.env[SIZE] !== undefined) return;
  process.env[SIZE] = String(Math.min(availableParallelism() + BESIDE, MOST));
  // The pool is made by its first work. Programs that the agent starts are not to inherit this.
  access('/', () => undefined);
  Reflect.deleteProperty(process.env, SIZE);
}
