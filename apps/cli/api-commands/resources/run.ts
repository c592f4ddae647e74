import { RUN_STATES } from '#domain';
import { Failure } from '#kernel';
import type { RunView } from '#node-protocol';
import { formatBytes } from '#config';
import type { AddCommand } from '../../cli.js';
import { shortTime } from '../../output/moments.js';
import { showOne } from '../../output/show.js';
import { addApiCommand } from '../api-command.js';
import { followJob } from '../follow-job.js';
import { followRun } from '../follow-run.js';
import { clientFilter, jobFilter } from './filter-ids.js';
import { jobs } from './job.js';
import { addResource, viewOf, type ResourceCommands } from './resource-commands.js';

const runs: ResourceCommands<RunView> = {
  name: 'run',
  one: 'a run',
  many: 'runs',
  summary: 'Runs: what jobs have done and are doing',
  missing: 'run.missing',
  columns: [
    ['ID', (run) => run.id, 'id'],
    ['JOB', (run) => run.jobId, 'id'],
    ['CLIENT', (run) => run.clientId],
    ['STATE', (run) => run.state],
    ['DUE', (run) => shortTime(run.dueAt)],
    ['ENDED', (run) => shortTime(run.endedAt)],
    ['READ', (run) => formatBytes(run.bytesRead)],
    ['STORED', (run) => formatBytes(run.bytesStored)],
    ['FAILURE', (run) => run.failure?.code],
  ],
  views: (api) => api.runs,
  filters: [
    ['--job <id>', 'runs of this job', 'jobId', jobFilter],
    ['--client <id>', 'runs on this client', 'clientId', clientFilter],
    ['--state <state>', `runs in this state: ${RUN_STATES.join(', ')}`, 'state'],
    ['--oldest-first', 'the oldest first (default the newest)', 'oldestFirst'],
  ],
};

/** `firn run`, also with `watch` and `cancel`. */
export const addRun: AddCommand = (program, cli) => {
  const run = addResource(program, cli, runs);
  addApiCommand(run, cli, {
    usage: 'watch [id]',
    summary: 'Follow a run until it has ended; the exit code is that of its outcome',
    options: [['--job <id>', 'the run that this job makes now or next']],
    notes: [
      'Exit code: 0 succeeded, 3 incomplete, 130 cancelled, else that of the failure. Ctrl-C ends the watching, not the',
      'run. With --json the run is printed each time that it has changed, one a line.',
    ],
    examples: ['firn run watch 4f7a', 'firn run watch --job 91c2', 'firn run watch 4f7a --json'],
    async run(context) {
      const [word] = context.words;
      const { job } = context.options;
      if (word !== undefined) return followRun(context, (await viewOf(runs, context, word)).id);
      if (typeof job !== 'string')
        throw new Failure('input.missing-option', 'name a run, or a job with --job');
      return followJob(context, await viewOf(jobs, context, job), 'active or next');
    },
  });
  addApiCommand(run, cli, {
    usage: 'cancel <id>',
    summary: 'Cancel a run: its agent takes back what it began',
    examples: ['firn run cancel 4f7a'],
    async run(context) {
      const { id } = await viewOf(runs, context, context.words[0] ?? '');
      const cancelled = await context.api.cancelRun(id, cli.signal);
      if (context.config.json) return showOne(context, cancelled);
      const { state, clientId } = cancelled;
      cli.say(
        state === 'cancelled' ? `cancelled run ${id}` : `asked ${clientId} to cancel run ${id} (${state})`,
      );
    },
  });
};
