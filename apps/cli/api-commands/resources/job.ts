import type { Command } from 'commander';
import { JOB_EVENTS, JOB_STATUSES, type JobEvent } from '#domain';
import {
  jobSpecOfFreezer,
  looksLikeFreezerJob,
  type JobPatch,
  type JobSpec,
  type JobView,
} from '#node-protocol';
import type { AddCommand, Cli } from '../../cli.js';
import { shortTime } from '../../output/moments.js';
import { showChanged } from '../../output/show.js';
import { addApiCommand } from '../api-command.js';
import { followJob } from '../follow-job.js';
import { clientFilter, sessionFilter } from './filter-ids.js';
import { addResource, EXAMPLE_ID, viewOf, type ResourceCommands } from './resource-commands.js';

export const jobs: ResourceCommands<JobView> = {
  name: 'job',
  one: 'a job',
  many: 'jobs',
  summary: 'Jobs: what a client is to do, and when',
  afterwards: 'its runs and backups stay',
  missing: 'job.missing',
  columns: [
    ['ID', (job) => job.id, 'id'],
    ['CLIENT', (job) => job.clientId],
    ['STATUS', (job) => job.event ?? job.status],
    ['RESULT', (job) => job.result],
    ['RUNS', (job) => job.runs],
    ['NEXT', (job) => shortTime(job.nextAt)],
    ['DESCRIPTION', (job) => job.description],
  ],
  views: (api) => api.jobs,
  filters: [
    ['--client <id>', 'jobs of this client', 'clientId', clientFilter],
    ['--session <id>', 'jobs of this session', 'sessionId', sessionFilter],
    ['--status <status>', `jobs with this status: ${JOB_STATUSES.join(', ')}`, 'status'],
  ],
  create: {
    examples: ['firn job create --file home.yaml', 'firn job create --file once.yaml --watch'],
    document: 'JSON or YAML, ours or Freezer\'s; "-" is standard input',
    notes: [
      'A job for every night:',
      '',
      '  clientId: web1',
      '  description: pages of the shop',
      '  actions:',
      '    - settings: { action: backup, path_to_backup: /var/www, backup_name: www, container: /srv/backups }',
      "  schedule: { hour: '2', minute: '30' }",
      '',
      'Without a schedule it runs once. Settings are options of firn-agent.',
    ],
    options: [['--watch', 'wait for its first run and follow it; the exit code is that of the run']],
    act: ({ api, cli }, document) => api.jobs.create(specOf(document), cli.signal),
    then: async (context, job) => {
      const line = `created job ${job.id} on ${job.clientId}: ${whenOf(job)}`;
      if (context.options['watch'] !== true) return showChanged(context, job, line);
      if (!context.config.json) context.cli.note(line);
      return followJob(context, job, 'this activation');
    },
  },
  update: ({ api, cli }, id, document) => api.jobs.update(id, document as JobPatch, cli.signal),
  remove: (api, id, signal) => api.jobs.remove(id, signal),
};

/** `at 02:30 every day (UTC), next 2026-11-21 02:30:00` */
function whenOf({ runs, nextAt }: JobView): string {
  return nextAt === undefined ? runs : `${runs}, next ${shortTime(nextAt)}`;
}

/** Freezer's documents are taken as they are. */
function specOf(document: unknown): JobSpec {
  return looksLikeFreezerJob(document) ? jobSpecOfFreezer(document) : (document as JobSpec);
}

/** `firn job`, also with `start`, `stop` and `abort`. */
export const addJob: AddCommand = (program, cli) => {
  const job = addResource(program, cli, jobs);
  for (const event of JOB_EVENTS) addEvent(job, cli, event);
};

const SUMMARIES: Readonly<Record<JobEvent, string>> = {
  start: 'Start a job: its schedule counts again, and what has none runs once more',
  stop: 'Stop a job: nothing more is run; a run that goes on may end',
  abort: 'Stop a job and cancel the run that goes on',
};

function addEvent(parent: Command, cli: Cli, event: JobEvent): void {
  addApiCommand(parent, cli, {
    usage: `${event} <id>`,
    summary: SUMMARIES[event],
    ...(event === 'start' && {
      options: [
        ['--watch', 'wait for its next run and follow it; the exit code is that of the run'],
      ] as const,
    }),
    examples: [
      `firn job ${event} ${EXAMPLE_ID}`,
      ...(event === 'start' ? [`firn job start ${EXAMPLE_ID} --watch`] : []),
    ],
    async run(context) {
      const { id } = await viewOf(jobs, context, context.words[0] ?? '');
      const reply = await context.api.sendJobEvent(id, event, cli.signal);
      if (context.options['watch'] === true) {
        return followJob(context, await context.api.jobs.get(id, cli.signal), 'this activation');
      }
      const line = reply === 'success' ? `${event} of job ${id} is requested` : `job ${id}: ${reply}`;
      showChanged(context, { job: id, event, result: reply }, line);
    },
  });
}
