import type { Action, BackupRecord, Client, FileEndpoint, Job, Run, Session, User } from '#domain';
import { backupId, hexId, type Id, type ProjectId } from '#kernel';

let made = 0;

/** An id that no other document of this process has. */
export function freshId<Kind extends string>(): Id<Kind> {
  made += 1;
  return hexId<Kind>(Buffer.from(made.toString(16).padStart(32, '0'), 'hex'));
}

const AT = new Date('2026-11-20T09:34:15.123Z');
const TIMES = { createdAt: AT, updatedAt: AT };
const project = 'default' as ProjectId;
const userId = 'user-1' as User['id'];

/** Documents with what every document has, and nothing that may be missing. */
export function aClient(own: Partial<Client> = {}): Client {
  const id = freshId<'record'>();
  return {
    ...{ id, project, userId, clientId: `web-${id}`, hostname: 'web1.example.org', description: '' },
    ...{ capabilities: { actions: [], modes: [], storages: [], engines: [] }, central: false, ...TIMES },
    ...own,
  };
}

export function anAction(own: Partial<Action> = {}): Action {
  return {
    ...{ id: freshId<'action'>(), project, userId, settings: { action: 'backup' }, maxRetries: 5 },
    ...{ maxRetriesInterval: 6, mandatory: false, ...TIMES },
    ...own,
  };
}

export function aJob(own: Partial<Job> = {}): Job {
  return {
    ...{ id: freshId<'job'>(), project, userId, clientId: 'web1', description: '', actions: [] },
    ...{ schedule: {}, origin: { kind: 'api' }, activation: { count: 1, at: AT }, status: 'new' },
    ...{ sessionTag: 0, revision: 1, ...TIMES },
    ...own,
  };
}

export function aSession(own: Partial<Session> = {}): Session {
  return {
    ...{ id: freshId<'session'>(), project, userId, description: '', schedule: {}, jobs: {}, tag: 0 },
    ...{ holdOff: 30, status: 'active', result: '', ...TIMES },
    ...own,
  };
}

export function aRun(own: Partial<Run> = {}): Run {
  const id = freshId<'run'>();
  return {
    ...{ id, project, jobId: freshId<'job'>(), clientId: 'web1', occurrence: 'once:1', dueAt: AT },
    ...{ jobRevision: 1, state: 'claimed', fence: 1, holder: 'holder-1', claimId: `claim-${id}` },
    ...{ leaseUntil: new Date(AT.getTime() + 60_000), claimedAt: AT, attempts: [], bytesRead: 0 },
    ...{ bytesStored: 0, wasLost: false, ...TIMES },
    ...own,
  };
}

export function aBackup(own: Partial<BackupRecord> = {}): BackupRecord {
  const metadata = { backup_id: backupId(AT, Buffer.from(freshId(), 'hex').subarray(12)) };
  return { ...{ id: freshId<'record'>(), project, userId, status: 'available', metadata, ...TIMES }, ...own };
}

export function anEndpoint(own: Partial<FileEndpoint> = {}): FileEndpoint {
  const id = freshId<'endpoint'>();
  return {
    ...{ id, project, userId, name: `storage-${id}`, kind: 'local', description: '' },
    ...{ settings: { container: '/srv/backups' }, secrets: {}, ...TIMES },
    ...own,
  };
}

export function aUser(own: Partial<User> = {}): User {
  const id = freshId<'user'>();
  return {
    ...{ id, name: `user-${id}`, project, roles: ['member'], passwordHash: '$argon2id$v=19$x$y', ...TIMES },
    ...own,
  };
}
