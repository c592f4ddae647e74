/** What one copy lists, and where it has come to. */
interface Listing<T> {
  readonly iterator: AsyncIterator<T>;
  readonly onFailure: (error: unknown) => void;
  current: T | undefined;
}

/**
 * What the sources yield together, in order of keys, each key once, from the first source that has it. `onFailure` of a
 * source decides what its failure means: when it does not throw, the others go on alone.
 */
export async function* mergedListing<T>(
  sources: readonly { readonly items: AsyncIterable<T>; readonly onFailure: (error: unknown) => void }[],
  keyOf: (item: T) => string,
): AsyncGenerator<T> {
  const listings: Listing<T>[] = sources.map(({ items, onFailure }) => ({
    iterator: items[Symbol.asyncIterator](),
    onFailure,
    current: undefined,
  }));
  let open = listings;
  try {
    await Promise.all(listings.map(advance));
    for (;;) {
      open = open.filter(({ current }) => current !== undefined);
      const items = open.flatMap(({ current }) => (current === undefined ? [] : [current]));
      const [first] = items.toSorted((a, b) => byBytes(keyOf(a), keyOf(b)));
      if (first === undefined) return;
      yield first;
      const key = keyOf(first);
      const taken = open.filter(({ current }) => current !== undefined && keyOf(current) === key);
      await Promise.all(taken.map(advance));
    }
  } finally {
    await Promise.allSettled(open.map(async ({ iterator }) => iterator.return?.()));
  }
}

async function advance<T>(listing: Listing<T>): Promise<void> {
  listing.current = undefined;
  try {
    const step = await listing.iterator.next();
    if (!step.done) listing.current = step.value;
  } catch (error) {
    listing.onFailure(error);
  }
}

/** Keys are ASCII, in which the order of characters is that of bytes. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
