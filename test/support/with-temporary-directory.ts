import { temporaryDirectory } from '#host';

/** Calls `use` with a fresh directory, which is removed afterwards whatever happens. */
export async function withTemporaryDirectory<T>(use: (path: string) => Promise<T>): Promise<T> {
  await using directory = await temporaryDirectory('firn-test-');
  return await use(directory.path);
}
