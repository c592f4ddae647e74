import type { RunningCommand } from '#host';

/**
 * Writes all of `bytes` to a command, as fast as it takes them, then closes its input. Returns early, and stops reading
 * `bytes`, when the command has ended: its exit code says what that means. Rejects with the error of `bytes`.
 */
export async function feed(command: RunningCommand, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const { stdin } = command;
  if (!stdin) return;
  const end = new CommandEnd(command);
  const source = bytes[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      const next = await end.or(source.next());
      if (next === undefined) return;
      if (next.done) break;
      if (!stdin.write(next.value)) await end.or(new Promise((resolve) => stdin.once('drain', resolve)));
    }
    isOver = true;
    stdin.end();
  } catch (error) {
    isOver = true;
    throw error;
  } finally {
    // Not awaited: a source that waits for its storage would keep us although nobody wants its bytes any more.
    if (!isOver) void source.return?.()?.catch(() => undefined);
  }
}

/** Lets a wait be cut short by the end of a command. One listener for all waits: a race for each would pile up. */
class CommandEnd {
  #hasEnded = false;
  #wake: () => void = () => undefined;

  constructor(command: RunningCommand) {
    const ended = () => {
      this.#hasEnded = true;
      this.#wake();
    };
    command.exit.then(ended, ended);
    // A pipe breaks before the end of the process behind it is known.
    command.stdin?.once('close', ended);
  }

  or<T>(wait: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined);
      wait.then(resolve, reject);
      if (this.#hasEnded) resolve(undefined);
    });
  }
}
