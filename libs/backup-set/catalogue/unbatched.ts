/**
 * The items of batches, one by one: an async generator written out, since items come by the hundred thousand and one
 * that is there already need not be waited for as if it were not. Ask for one at a time.
 */
export class Unbatched<T> implements AsyncGenerator<T, void> {
  #batch: Iterator<T, unknown> | undefined;

  constructor(readonly batches: AsyncGenerator<Iterable<T>, void>) {}

  next(): Promise<IteratorResult<T, void>> {
    try {
      const item = this.#batch?.next();
      if (item && !item.done) return Promise.resolve(item);
      return this.#nextBatch();
    } catch (error) {
      return this.throw(error);
    }
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#batch = undefined;
    await this.batches.return();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<T, void>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #nextBatch(): Promise<IteratorResult<T, void>> {
    const batch = await this.batches.next();
    if (batch.done) return { done: true, value: undefined };
    this.#batch = batch.value[Symbol.iterator]();
    return this.next();
  }
}
