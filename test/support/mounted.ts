import { execFileSync } from 'node:child_process';
import type { Context } from 'mocha';
import { isRoot } from './as-nobody.js';
import { isRequired, requireProgram, skipBecause } from './require-program.js';

/**
 * Mounts a small file system in memory on `directory`, and returns what takes it away again. Skips the test where only
 * root could, or where the machine does not let even root; fails it there when FIRN_TEST_REQUIRE lists `mount`.
 */
export function mounted(context: Context, directory: string, size = '8m'): () => void {
  if (!isRoot()) skipBecause(context, 'only root may mount');
  requireProgram(context, 'mount');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'firn-test', directory], { stdio: 'pipe' });
  } catch (error) {
    if (isRequired('mount')) throw error;
    skipBecause(context, 'this machine does not let tests mount');
  }
  return () => execFileSync('umount', [directory]);
}
