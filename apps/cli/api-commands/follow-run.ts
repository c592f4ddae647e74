import { exitCodes, failureCatalog, type FailureCode } from '#kernel';
import type { RunView } from '#node-protocol';
import { formatBytes, formatDuration, terminalFacts } from '#config';
import { standardError } from '../../process/standard-streams.js';
import type { ApiCommandContext } from './api-command.js';
import { RunProgress } from './run-progress.js';

const ASK_EVERY_MS = 500;

/** Shows how a run goes on until it has ended, and ends with the exit code that its outcome has. */
export async function followRun(context: ApiCommandContext, id: string): Promise<void> {
  const { api, cli, config } = context;
  const line = progressLine(config.json);
  const told = new Set<string>();
  let last: RunView | undefined;
  try {
    for await (const run of api.watchRun(id, ASK_EVERY_MS, cli.signal)) {
      if (config.json && run.updatedAt !== last?.updatedAt) cli.say(JSON.stringify(run));
      if (!config.json) tell(run, told, line, cli.note);
      last = run;
    }
  } finally {
    line?.clear();
  }
  if (!last) return;
  if (!config.json) cli.say(outcomeOf(last));
  cli.endWith(exitCodeOf(last));
}

function progressLine(json: boolean): RunProgress | undefined {
  if (json) return undefined;
  const { stderr } = process;
  const columns = stderr.isTTY && !terminalFacts().noColor ? () => stderr.columns || 80 : undefined;
  return new RunProgress(standardError.tell, columns);
}

/** Each new attempt and state once, and what moves on the progress line. */
function tell(
  run: RunView,
  told: Set<string>,
  line: RunProgress | undefined,
  note: (text: string) => void,
): void {
  for (const text of newsOf(run)) {
    if (told.has(text)) continue;
    told.add(text);
    line?.clear();
    note(text);
  }
  line?.show(run);
}

function newsOf(run: RunView): readonly string[] {
  const attempts = run.attempts.flatMap(({ action, does, attempt, state, failure }) => {
    const name = `${does} (action ${action + 1}, attempt ${attempt})`;
    if (state === 'skipped') return [`${does} (action ${action + 1}) skipped: an action before it failed`];
    if (state === 'running') return [`${name} …`];
    const why = failure ? `: ${failure.code}: ${failure.message}` : '';
    return [`${name} …`, `${name} ${state}${why}`];
  });
  const cancel = run.cancelRequestedAt ? [`cancelling, as ${run.cancelRequestedBy ?? 'somebody'} asked`] : [];
  return [`run ${run.id} of job ${run.jobId} on ${run.clientId}`, ...attempts, ...cancel];
}

function outcomeOf(run: RunView): string {
  const began = run.startedAt ?? run.claimedAt;
  const took = run.endedAt ? ` in ${formatDuration(Date.parse(run.endedAt) - Date.parse(began))}` : '';
  const read = run.bytesRead > 0 ? `, read ${formatBytes(run.bytesRead)}` : '';
  const stored = run.bytesStored > 0 ? `, stored ${formatBytes(run.bytesStored)}` : '';
  const why = run.failure ? `: ${run.failure.code}: ${run.failure.message}` : '';
  return `${run.state}${took}${read}${stored}${why}`;
}

/** 0 good, 3 incomplete, 130 cancelled, else what the failure's kind has. */
function exitCodeOf({ state, failure }: RunView): number {
  if (state === 'succeeded') return 0;
  if (state === 'incomplete') return exitCodes.partial;
  if (state === 'cancelled') return exitCodes.cancelled;
  const code = failure?.code;
  const known = code !== undefined && Object.hasOwn(failureCatalog, code);
  return known ? exitCodes[failureCatalog[code as FailureCode].kind] || 1 : 1;
}
