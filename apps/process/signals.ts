import { exitCodes, Failure } from '#kernel';

/**
 * The first SIGINT, SIGTERM or SIGHUP cancels: what was begun is undone, and the agent ends by itself. The second ends it
 * at once; what it leaves is swept by the next run.
 */
export function cancelOnSignals(tell: (text: string) => void): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const cancel = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(exitCodes.cancelled);
    tell('cancelling; once more to stop at once');
    controller.abort(new Failure('run.cancelled', `cancelled by ${name}`, { signal: name }));
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, cancel);
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of names) process.off(name, cancel);
    },
  };
}
