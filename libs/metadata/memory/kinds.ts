import type { Action, BackupRecord, Client, FileEndpoint, Job, Run, Session, User } from '#domain';
import type { ActionId } from '#kernel';
import type {
  BackupFilter,
  ClientFilter,
  EndpointFilter,
  JobFilter,
  ProjectFilter,
  RunFilter,
  UserFilter,
} from '../metadata.js';
import { storedNames } from '../stored-names.js';

/** What a store has to know of the documents it keeps. */
export interface Kind<Row, Filter> {
  readonly name: string;
  readonly conditions: Conditions<Row, Filter>;
  /** What must be unique besides the id; `undefined` where this document has no such key. */
  readonly naturalKey: (row: Row) => readonly string[] | undefined;
}

/** Whether a row fulfils a condition of the filter. */
export type Conditions<Row, Filter> = {
  readonly [Name in keyof Filter]-?: (row: Row, wanted: NonNullable<Filter[Name]>) => boolean;
};

const none = () => undefined;
const project = (row: { readonly project: string }, wanted: string) => row.project === wanted;

export const clientKind: Kind<Client, ClientFilter> = {
  name: 'client',
  conditions: {
    project,
    clientId: (client, wanted) => client.clientId === wanted,
    central: (client, wanted) => client.central === wanted,
  },
  naturalKey: (client) => [client.project, client.clientId],
};

export const actionKind: Kind<Action, ProjectFilter & { readonly ids?: readonly ActionId[] }> = {
  name: 'action',
  conditions: { project, ids: (action, wanted) => wanted.includes(action.id) },
  naturalKey: none,
};

export const jobKind: Kind<Job, JobFilter> = {
  name: 'job',
  conditions: {
    project,
    clientId: (job, wanted) => job.clientId === wanted,
    sessionId: (job, wanted) => job.sessionId === wanted,
    action: (job, wanted) => job.actions.includes(wanted),
    statuses: (job, wanted) => wanted.includes(job.status),
    withEvent: (job, wanted) => (job.event !== undefined) === wanted,
  },
  naturalKey: none,
};

export const sessionKind: Kind<Session, ProjectFilter> = {
  name: 'session',
  conditions: { project },
  naturalKey: none,
};

export const runKind: Kind<Run, RunFilter> = {
  name: 'run',
  conditions: {
    project,
    jobId: (run, wanted) => run.jobId === wanted,
    clientId: (run, wanted) => run.clientId === wanted,
    occurrence: (run, wanted) => run.occurrence === wanted,
    states: (run, wanted) => wanted.includes(run.state),
    leaseBefore: (run, wanted) => run.leaseUntil < wanted,
    createdBefore: (run, wanted) => run.createdAt < wanted,
    cancelRequested: (run, wanted) => (run.cancelRequestedAt !== undefined) === wanted,
  },
  naturalKey: (run) => [run.jobId, run.occurrence],
};

export const backupKind: Kind<BackupRecord, BackupFilter> = {
  name: 'backup',
  conditions: {
    project,
    clientId: (backup, wanted) => backup.clientId === wanted,
    jobId: (backup, wanted) => backup.jobId === wanted,
    runId: (backup, wanted) => backup.runId === wanted,
    backupName: (backup, wanted) => storedNames(backup).backupName === wanted,
    storedId: (backup, wanted) => storedNames(backup).storedId === wanted,
    container: (backup, wanted) => storedNames(backup).container === wanted,
  },
  naturalKey: (backup) => {
    const { storedId } = storedNames(backup);
    return backup.runId !== undefined && storedId !== undefined ? [backup.runId, storedId] : undefined;
  },
};

export const endpointKind: Kind<FileEndpoint, EndpointFilter> = {
  name: 'storage',
  conditions: { project, name: (endpoint, wanted) => endpoint.name === wanted },
  naturalKey: (endpoint) => [endpoint.project, endpoint.name],
};

export const userKind: Kind<User, UserFilter> = {
  name: 'user',
  conditions: { project, name: (user, wanted) => user.name === wanted },
  naturalKey: (user) => [user.name],
};
