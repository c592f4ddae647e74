import { platformConfig, platformOptionList } from '#config';
import type { Failure } from '#kernel';
import type { OptionProgram } from '../../process/option-command.js';
import { linesOf, type PlatformEvent } from '../platform/platform-event.js';
import { startPlatform } from '../platform/start-platform.js';

export const upProgram: OptionProgram = {
  name: 'up',
  summary: 'Run the whole platform here: API, database, scheduler, with everything in one directory',
  options: platformOptionList,
  examples: [
    'firn up',
    'firn up --state ./state --port 9191',
    'firn up --concurrent-jobs 4 --json',
    'DATABASE_URL=postgres://firn:secret@db.example:5432/firn firn up',
  ],
};

/** The monotonic clock begins with the process. */
const SINCE_PROCESS_START = 0;

export interface UpOptions {
  /** Options by key, as text; only those that were given. */
  readonly commandLine: Readonly<Record<string, unknown>>;
  /** Stops the platform. */
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Runs the platform until the signal comes. Rejects when it cannot start, or when a part of it dies too often. */
export async function up({ commandLine, signal, say }: UpOptions): Promise<void> {
  const config = await platformConfig({ commandLine });
  const tell = (event: PlatformEvent) =>
    config.json ? say(JSON.stringify(event)) : linesOf(event).forEach(say);
  const platform = await startPlatform({ config, tell, signal, begunMs: SINCE_PROCESS_START });
  let failure: Failure | undefined;
  try {
    failure = await Promise.race([platform.failed, untilAborted(signal)]);
  } finally {
    await platform.stop();
  }
  if (failure) throw failure;
}

function untilAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
