import type { Action, BackupRecord, Client, FileEndpoint, Job, Run, Session, User } from '#domain';
import type { ActionId, Id, JobId, ProjectId, RunId, SessionId } from '#kernel';
import type { ProjectFilter, Store, Stores } from '../metadata.js';
import { aBackup, aClient, aJob, anAction, anEndpoint, aRun, aSession, aUser } from './documents.js';

interface Known {
  readonly id: string;
  readonly project: ProjectId;
  readonly createdAt: Date;
}

/** What all kinds of documents have in common. */
export interface KindUnderTest<Row extends Known = Known> {
  readonly name: string;
  readonly store: (stores: Stores) => Store<Row, Id<string>, ProjectFilter>;
  /** A document without anything that may be missing. */
  readonly plain: (own?: Partial<Known>) => Row;
  /** The same document with everything that may be missing, and with odd values. */
  readonly full: (plain: Row) => Row;
}

const BIG = 2 ** 52 + 1;
const ODD = 'Grüße "\\\' 日本 👩‍💻 \u0001\n';
const LATE = new Date('2199-12-31T23:59:59.999Z');
const EARLY = new Date('1970-01-01T00:00:00.001Z');
const JSON_ODD = {
  [ODD]: [
    1e21,
    -0.5,
    null,
    true,
    { '': '\u0000 \ud800' },
    JSON.parse('{"__proto__": { "x": 1 }}') as unknown,
  ],
  b: 1,
  a: 2,
};
const SCHEDULE = { interval: '5 minutes', startDate: '2026-01-01T00:00:00', timezone: 'Europe/Berlin' };

const client: KindUnderTest<Client> = {
  name: 'client',
  store: (stores) => stores.clients,
  plain: aClient as KindUnderTest<Client>['plain'],
  full: (plain) => ({
    ...{ ...plain, description: ODD, timezone: 'Europe/Berlin', program: 'firn 0.1.0', seenAt: LATE },
    ...{ central: true, capabilities: { actions: [ODD], modes: ['fs'], storages: ['s3'], engines: [] } },
  }),
};

const action: KindUnderTest<Action> = {
  name: 'action',
  store: (stores) => stores.actions,
  plain: anAction as KindUnderTest<Action>['plain'],
  full: (plain) => ({
    ...{ ...plain, settings: JSON_ODD, maxRetries: BIG, mandatory: true, updatedAt: EARLY },
    madeFor: 'job' as JobId,
  }),
};

const job: KindUnderTest<Job> = {
  name: 'job',
  store: (stores) => stores.jobs,
  plain: aJob as KindUnderTest<Job>['plain'],
  full: (plain) => ({
    ...{ ...plain, description: ODD, actions: ['b', 'a', `"{},\\ ${ODD}`] as ActionId[], schedule: SCHEDULE },
    ...{ origin: { kind: 'file', file: ODD, digest: 'abc' }, activation: { count: BIG, at: LATE } },
    ...{ event: 'start', status: 'running', result: 'fail', startedAt: EARLY, endedAt: LATE },
    ...{ sessionId: `session of ${plain.id}` as SessionId, sessionTag: BIG, revision: BIG },
  }),
};

const session: KindUnderTest<Session> = {
  name: 'session',
  store: (stores) => stores.sessions,
  plain: aSession as KindUnderTest<Session>['plain'],
  full: (plain) => ({
    ...{ ...plain, description: ODD, schedule: SCHEDULE, tag: BIG, holdOff: 0, status: 'completed' },
    ...{ result: 'success', startedAt: EARLY, endedAt: LATE },
    jobs: {
      ['job-1' as JobId]: { clientId: 'web1', status: 'running', result: '' },
      ['job-2' as JobId]: { clientId: ODD, status: ODD, result: 'fail', startedAt: EARLY, endedAt: LATE },
    },
  }),
};

const run: KindUnderTest<Run> = {
  name: 'run',
  store: (stores) => stores.runs,
  plain: aRun as KindUnderTest<Run>['plain'],
  full: (plain) => ({
    ...{ ...plain, occurrence: ODD, jobRevision: BIG, state: 'failed', fence: BIG, leaseUntil: LATE },
    ...{ startedAt: EARLY, endedAt: LATE, heartbeatAt: LATE, cancelRequestedAt: LATE, wasLost: true },
    ...{ cancelRequestedBy: ODD, exitCode: -1, bytesRead: BIG, bytesStored: 2 ** 32 + 1 },
    progress: { action: 0, attempt: 1, step: 'transfer', bytes: BIG, totalBytes: BIG, files: 3 },
    failure: { code: 'storage.timeout', message: ODD, hint: ODD },
    attempts: [
      { action: 0, does: 'backup', attempt: 1, state: 'running', startedAt: EARLY, steps: [] },
      {
        ...{ action: 1, does: 'exec', attempt: 2, state: 'failed', startedAt: EARLY, endedAt: LATE },
        ...{
          exitCode: 70,
          steps: [
            { id: 'a', state: 'done', ms: 5 },
            { id: 'b', state: 'open' },
          ],
        },
        ...{ failure: { code: 'internal.unexpected', message: ODD }, facts: JSON_ODD },
      },
    ],
  }),
};

const backup: KindUnderTest<BackupRecord> = {
  name: 'backup',
  store: (stores) => stores.backups,
  plain: aBackup as KindUnderTest<BackupRecord>['plain'],
  full: (plain) => ({
    ...{
      ...plain,
      clientId: ODD,
      jobId: `job of ${plain.id}` as JobId,
      runId: `run of ${plain.id}` as RunId,
      status: 'deleted',
    },
    metadata: { ...JSON_ODD, backup_id: ODD, backup_name: ODD, container: `/${ODD.repeat(500)}`, level: 3 },
  }),
};

const endpoint: KindUnderTest<FileEndpoint> = {
  name: 'storage',
  store: (stores) => stores.endpoints,
  plain: anEndpoint as KindUnderTest<FileEndpoint>['plain'],
  full: (plain) => ({
    ...{
      ...plain,
      name: `${ODD}${plain.id}`,
      kind: ODD,
      description: ODD,
      settings: JSON_ODD,
      updatedAt: EARLY,
    },
    secrets: {
      [ODD]: { sealed: { key: ODD, nonce: 'AAAA', text: ODD } },
      b: { file: `/${ODD}` },
      a: { variable: 'A' },
    },
  }),
};

const user: KindUnderTest<User> = {
  name: 'user',
  store: (stores) => stores.users,
  plain: aUser as KindUnderTest<User>['plain'],
  full: (plain) => ({ ...plain, name: `${ODD}${plain.id}`, roles: ['service', 'admin'] }),
};

export const KINDS = [
  client,
  action,
  job,
  session,
  run,
  backup,
  endpoint,
  user,
] as readonly unknown[] as readonly KindUnderTest[];
