import type { SessionPatch, SessionRequest, SessionView } from '#node-protocol';
import type { AddCommand } from '../../cli.js';
import { showChanged } from '../../output/show.js';
import { addApiCommand } from '../api-command.js';
import { jobs } from './job.js';
import { addResource, viewOf, type ResourceCommands } from './resource-commands.js';

const sessions: ResourceCommands<SessionView> = {
  name: 'session',
  one: 'a session',
  many: 'sessions',
  summary: 'Sessions: jobs of several clients that run together',
  afterwards: 'its jobs stay',
  missing: 'session.missing',
  columns: [
    ['ID', (session) => session.id, 'id'],
    ['JOBS', (session) => String(Object.keys(session.jobs).length)],
    ['TAG', (session) => String(session.tag)],
    ['STATUS', (session) => session.status],
    ['RESULT', (session) => session.result],
    ['DESCRIPTION', (session) => session.description],
  ],
  views: (api) => api.sessions,
  create: {
    examples: ['firn session create --file session.yaml'],
    act: ({ api, cli }, document) => api.sessions.create(document as SessionRequest, cli.signal),
  },
  update: ({ api, cli }, id, document) => api.sessions.update(id, document as SessionPatch, cli.signal),
  remove: (api, id, signal) => api.sessions.remove(id, signal),
};

/** `firn session`, also with `add` and `remove` for its jobs. */
export const addSession: AddCommand = (program, cli) => {
  const session = addResource(program, cli, sessions);
  for (const verb of ['add', 'remove'] as const) {
    addApiCommand(session, cli, {
      usage: `${verb} <id> <job>`,
      summary: verb === 'add' ? 'Add a job to a session' : 'Take a job out of a session',
      examples: [`firn session ${verb} 4f7a 91c2`],
      async run(context) {
        const [sessionWord = '', jobWord = ''] = context.words;
        const { id } = await viewOf(sessions, context, sessionWord);
        const job = await viewOf(jobs, context, jobWord);
        const { api } = context;
        if (verb === 'add') await api.addSessionJob(id, job.id, cli.signal);
        else await api.removeSessionJob(id, job.id, cli.signal);
        const line =
          verb === 'add' ? `job ${job.id} is in session ${id}` : `job ${job.id} is out of session ${id}`;
        showChanged(context, await api.sessions.get(id, cli.signal), line);
      },
    });
  }
};
