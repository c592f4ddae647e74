import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directory = join(tmpdir(), `firn-test-compiled-${process.pid}`);
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

/**
 * Where Node keeps what it compiled of the programs that tests start, as `NODE_COMPILE_CACHE`. They are started a thousand
 * times and more, and a sixth of what a start costs is compiling.
 */
export function compiledPrograms(): string {
  return directory;
}
