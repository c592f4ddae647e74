import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient } from '#api-client';
import { deadline, Failure, systemClock } from '#kernel';
import type { JobView, RunView } from '#node-protocol';

const ASK_EVERY_MS = 200;
/** For a scheduler to notice a file and an event: far more than it takes, and not for ever. */
const PATIENCE_MS = 120_000;

/**
 * Puts a job file into the directory and waits until the scheduler has brought it to the API. It appears under its name
 * at once and whole, as a file that an operator installs should.
 */
export async function installJobFile(
  api: ApiClient,
  directory: string,
  file: string,
  text: string,
  signal: AbortSignal,
): Promise<JobView> {
  writeFileSync(join(directory, `.${file}.new`), text, { mode: 0o600 });
  renameSync(join(directory, `.${file}.new`), join(directory, file));
  return patiently(`the scheduler did not take the job file "${file}"`, signal, async (stop) => {
    for await (const job of api.jobs.all({}, stop)) {
      if (job.origin.kind === 'file' && job.origin.file === file) return job;
    }
    return undefined;
  });
}

/**
 * The run that a job makes in its present activation, when it has ended. Rejects with the failure of the run when it did
 * not succeed.
 */
export async function runOf(api: ApiClient, job: JobView, signal: AbortSignal): Promise<RunView> {
  const occurrence = `once:${job.activation.count}`;
  const begun = await patiently(`the scheduler did not run job ${job.id}`, signal, async (stop) => {
    const { items } = await api.runs.list({ jobId: job.id }, stop);
    return items.find((run) => run.occurrence === occurrence);
  });
  let last = begun;
  for await (const run of api.watchRun(begun.id, ASK_EVERY_MS, signal)) last = run;
  if (last.state === 'succeeded') return last;
  const why = last.failure ? `${last.failure.code}: ${last.failure.message}` : 'no reason was told';
  throw new Failure('command.failed', `run ${last.id} of "${job.description}" is ${last.state}: ${why}`, {
    run: last.id,
    state: last.state,
  });
}

/** Asks until there is an answer. */
async function patiently<T>(
  late: string,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T> {
  const limit = deadline(PATIENCE_MS, new Failure('platform.process-failed', late), signal);
  try {
    for (;;) {
      const answer = await ask(limit.signal);
      if (answer !== undefined) return answer;
      await systemClock.sleep(ASK_EVERY_MS, limit.signal);
    }
  } finally {
    limit.clear();
  }
}
