import { hasEnded, type JobEvent, type RunState } from '#domain';
import { isFailure, z, type Clock } from '#kernel';
import {
  actionView,
  backupView,
  clientView,
  jobEventReply,
  jobView,
  runView,
  sessionView,
  storageKindView,
  storageView,
  tokenView,
  userView,
  type ActionSpec,
  type ActionView,
  type BackupPatch,
  type BackupRequest,
  type BackupView,
  type ClientPatch,
  type ClientRequest,
  type ClientView,
  type JobPatch,
  type JobSpec,
  type JobView,
  type RestoreRequest,
  type RunView,
  type SessionPatch,
  type SessionRequest,
  type SessionView,
  type StorageKindView,
  type StoragePatch,
  type StorageRequest,
  type StorageView,
  type TokenView,
  type UserRequest,
  type UserView,
} from '#node-protocol';
import { Connection, type ConnectionOptions } from './connection.js';
import { nodeLink, type NodeLink } from './node-link.js';
import { resource, type Resource } from './resource.js';

/** A user as it is answered when it was made; the password only when the API made it. */
const newUserView = z.object({ user: userView, password: z.string().optional() });
const passwordReply = z.object({ password: z.string().optional() });

export interface ApiClient {
  readonly clients: Resource<ClientView, ClientRequest, ClientPatch>;
  readonly actions: Resource<ActionView, ActionSpec, Partial<ActionSpec>>;
  readonly jobs: Resource<JobView, JobSpec, JobPatch>;
  readonly sessions: Resource<SessionView, SessionRequest, SessionPatch>;
  readonly runs: Pick<Resource<RunView>, 'list' | 'all' | 'get'>;
  readonly backups: Resource<BackupView, BackupRequest, BackupPatch>;
  readonly storages: Resource<StorageView, StorageRequest, StoragePatch>;
  readonly storageKinds: Pick<Resource<StorageKindView>, 'list' | 'all' | 'get'>;
  readonly users: Pick<Resource<UserView>, 'list' | 'all' | 'get' | 'remove'>;
  readonly node: NodeLink;
  logIn(username: string, password: string, signal?: AbortSignal): Promise<TokenView>;
  whoAmI(signal?: AbortSignal): Promise<TokenView['user']>;
  sendJobEvent(id: string, event: JobEvent, signal?: AbortSignal): Promise<string>;
  addSessionJob(session: string, job: string, signal?: AbortSignal): Promise<void>;
  removeSessionJob(session: string, job: string, signal?: AbortSignal): Promise<void>;
  cancelRun(id: string, signal?: AbortSignal): Promise<RunView>;
  /**
   * The run each time it was asked after, until it has ended or is lost: then that is the last one. An API that is away
   * for less than a minute is waited for.
   */
  watchRun(id: string, everyMs?: number, signal?: AbortSignal): AsyncIterable<RunView>;
  restore(request: RestoreRequest, signal?: AbortSignal): Promise<JobView>;
  createUser(request: UserRequest, signal?: AbortSignal): Promise<z.infer<typeof newUserView>>;
  setPassword(user: string, password?: string, signal?: AbortSignal): Promise<string | undefined>;
}

const WATCH_EVERY_MS = 500;
/** An API that is upgraded comes back within this time. */
const WATCH_PATIENCE_MS = 60_000;

/** A typed client of the API. Opens nothing until it is asked something. */
export function openApiClient(options: ConnectionOptions): ApiClient {
  const connection = new Connection(options);
  const job = (id: string) => `/api/v1/jobs/${encodeURIComponent(id)}`;
  const sessionJob = (session: string, id: string) =>
    `/api/v1/sessions/${encodeURIComponent(session)}/jobs/${encodeURIComponent(id)}`;
  const user = (id: string) => `/api/v1/users/${encodeURIComponent(id)}`;
  const runs: Resource<RunView> = resource(connection, 'runs', runView, 'run.missing');
  return {
    clients: resource(connection, 'clients', clientView, 'client.missing'),
    actions: resource(connection, 'actions', actionView, 'action.missing'),
    jobs: resource(connection, 'jobs', jobView, 'job.missing'),
    sessions: resource(connection, 'sessions', sessionView, 'session.missing'),
    runs,
    backups: resource(connection, 'backups', backupView, 'backup.not-recorded'),
    storages: resource(connection, 'storages', storageView, 'storage.missing'),
    storageKinds: resource(connection, 'storage-kinds', storageKindView, 'storage.unknown-kind'),
    users: resource(connection, 'users', userView, 'user.missing'),
    node: nodeLink(connection),
    logIn: (username, password, signal) => connection.logIn(username, password, signal),
    whoAmI: (signal) =>
      connection.ask(tokenView.shape.user, { method: 'GET', path: '/api/v1/tokens/current', signal }),
    sendJobEvent: async (id, event, signal) => {
      const call = { method: 'POST', path: `${job(id)}/events`, body: { event }, signal } as const;
      return (await connection.ask(jobEventReply, call)).result;
    },
    addSessionJob: (session, id, signal) =>
      connection.tell({ method: 'PUT', path: sessionJob(session, id), signal }),
    removeSessionJob: (session, id, signal) =>
      connection.tell({ method: 'DELETE', path: sessionJob(session, id), signal }),
    cancelRun: (id, signal) =>
      connection.ask(runView, {
        method: 'POST',
        path: `/api/v1/runs/${encodeURIComponent(id)}/cancel`,
        signal,
      }),
    watchRun: (id, everyMs = WATCH_EVERY_MS, signal) => watched(runs, id, everyMs, options.clock, signal),
    restore: (body, signal) =>
      connection.ask(jobView, { method: 'POST', path: '/api/v1/restores', body, signal }),
    createUser: (body, signal) =>
      connection.ask(newUserView, { method: 'POST', path: '/api/v1/users', body, signal }),
    setPassword: async (id, password, signal) => {
      const call = { method: 'PUT', path: `${user(id)}/password`, body: { password }, signal } as const;
      return (await connection.ask(passwordReply, call)).password;
    },
  };
}

async function* watched(
  runs: Pick<Resource<RunView>, 'get'>,
  id: string,
  everyMs: number,
  clock: Clock,
  signal?: AbortSignal,
): AsyncIterable<RunView> {
  let heard = false;
  let awaySince: number | undefined;
  for (;;) {
    try {
      const run = await runs.get(id, signal);
      heard = true;
      awaySince = undefined;
      yield run;
      if (isOver(run.state)) return;
    } catch (error) {
      // What cannot be reached at the beginning is a wrong address rather than a pause.
      if (!heard || !isFailure(error, 'api.unreachable', 'metadata.unavailable')) throw error;
      awaySince ??= clock.now().getTime();
      if (clock.now().getTime() - awaySince >= WATCH_PATIENCE_MS) throw error;
    }
    await clock.sleep(everyMs, signal);
  }
}

function isOver(state: RunState): boolean {
  return hasEnded(state) || state === 'lost';
}
