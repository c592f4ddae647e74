import type { Action, BackupRecord, Client, FileEndpoint, Job, Run, Session, User } from '#domain';
import type { ActionId } from '#kernel';
import { ArrayContains, In, IsNull, LessThan, Not } from 'typeorm';
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
import { revivedAttempts, revivedSessionJobs } from './revive.js';
import {
  ActionRow,
  BackupRow,
  ClientRow,
  EndpointRow,
  JobRow,
  RunRow,
  SessionRow,
  UserRow,
} from './rows/index.js';
import { asItIs, type SqlKind } from './sql-kind.js';

export const clientKind: SqlKind<Client, ClientRow, ClientFilter> = {
  name: 'client',
  row: ClientRow,
  conditions: {
    project: (project) => ({ project }),
    clientId: (clientId) => ({ clientId }),
    central: (central) => ({ central }),
  },
  toRow: asItIs,
  toDocument: asItIs,
};

export const actionKind: SqlKind<Action, ActionRow, ProjectFilter & { readonly ids?: readonly ActionId[] }> =
  {
    name: 'action',
    row: ActionRow,
    conditions: { project: (project) => ({ project }), ids: (ids) => ({ id: In(ids) }) },
    toRow: asItIs,
    toDocument: asItIs,
  };

export const jobKind: SqlKind<Job, JobRow, JobFilter> = {
  name: 'job',
  row: JobRow,
  conditions: {
    project: (project) => ({ project }),
    clientId: (clientId) => ({ clientId }),
    sessionId: (sessionId) => ({ sessionId }),
    action: (action) => ({ actions: ArrayContains([action]) }),
    statuses: (statuses) => ({ status: In(statuses) }),
    withEvent: (wanted) => ({ event: wanted ? Not(IsNull()) : IsNull() }),
  },
  toRow: ({ activation, ...job }) => ({
    ...job,
    actions: [...job.actions],
    activationCount: activation.count,
    activationAt: activation.at,
  }),
  toDocument: ({ activationCount, activationAt, ...row }) => ({
    ...row,
    activation: { count: activationCount, at: activationAt },
  }),
};

export const sessionKind: SqlKind<Session, SessionRow, ProjectFilter> = {
  name: 'session',
  row: SessionRow,
  conditions: { project: (project) => ({ project }) },
  toRow: asItIs,
  toDocument: (row) => ({ ...row, jobs: revivedSessionJobs(row.jobs) }),
};

export const runKind: SqlKind<Run, RunRow, RunFilter> = {
  name: 'run',
  row: RunRow,
  conditions: {
    project: (project) => ({ project }),
    jobId: (jobId) => ({ jobId }),
    clientId: (clientId) => ({ clientId }),
    occurrence: (occurrence) => ({ occurrence }),
    states: (states) => ({ state: In(states) }),
    leaseBefore: (moment) => ({ leaseUntil: LessThan(moment) }),
    createdBefore: (moment) => ({ createdAt: LessThan(moment) }),
    cancelRequested: (asked) => ({ cancelRequestedAt: asked ? Not(IsNull()) : IsNull() }),
  },
  toRow: asItIs,
  toDocument: (row) => ({ ...row, attempts: revivedAttempts(row.attempts) }),
};

export const backupKind: SqlKind<BackupRecord, BackupRow, BackupFilter> = {
  name: 'backup',
  row: BackupRow,
  conditions: {
    project: (project) => ({ project }),
    clientId: (clientId) => ({ clientId }),
    jobId: (jobId) => ({ jobId }),
    runId: (runId) => ({ runId }),
    backupName: (backupName) => ({ backupName }),
    storedId: (storedId) => ({ storedId }),
    container: (container) => ({ container }),
  },
  toRow: (backup) => ({ ...backup, ...storedNames(backup) }),
  toDocument: ({ backupName: _name, storedId: _id, container: _container, ...row }) => row,
};

export const endpointKind: SqlKind<FileEndpoint, EndpointRow, EndpointFilter> = {
  name: 'storage',
  row: EndpointRow,
  conditions: { project: (project) => ({ project }), name: (name) => ({ name }) },
  toRow: asItIs,
  toDocument: asItIs,
};

export const userKind: SqlKind<User, UserRow, UserFilter> = {
  name: 'user',
  row: UserRow,
  conditions: { project: (project) => ({ project }), name: (name) => ({ name }) },
  toRow: (user) => ({ ...user, roles: [...user.roles] }),
  toDocument: asItIs,
};
