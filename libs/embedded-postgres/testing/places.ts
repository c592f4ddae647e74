import { chmod } from 'node:fs/promises';
import { temporaryDirectory, type TemporaryDirectory } from '#host';

/** A temporary directory which the account that runs the server for root can pass through. */
export async function passableDirectory(): Promise<TemporaryDirectory> {
  const directory = await temporaryDirectory('firn-postgres-test-');
  await chmod(directory.path, 0o711);
  return directory;
}
