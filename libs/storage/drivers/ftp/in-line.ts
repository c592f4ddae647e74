const last = new Map<string, Promise<unknown>>();

/** Acts on one thing one after another, in the order in which they come; of this whole process. */
export function inLine<T>(thing: string, act: () => Promise<T>): Promise<T> {
  const turn = (last.get(thing) ?? Promise.resolve()).then(act);
  const over = turn.then(
    () => undefined,
    () => undefined,
  );
  last.set(thing, over);
  void over.then(() => last.get(thing) === over && last.delete(thing));
  return turn;
}
