import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { mayDo, ROLES, type Actor, type Permission } from '#domain';
import {
  isFailure,
  type ActionId,
  type JobId,
  type ProjectId,
  type RecordId,
  type RunId,
  type SessionId,
} from '#kernel';
import * as control from './index.js';
import {
  actor,
  BACKUP,
  claimOf,
  OTHER,
  platform,
  PROJECT,
  registration,
  report,
  spec,
  stored,
} from './testing/platform.js';

type Verb = (parts: control.ControlParts, actor: Actor, project: ProjectId) => Promise<unknown>;

const NOW = new Date('2026-01-01T00:00:00Z');
const job = 'x' as JobId;
const action = 'x' as ActionId;
const session = 'x' as SessionId;
const run = 'x' as RunId;
const record = 'x' as RecordId;
const metadata = { container: 'c', hostname: 'h', backup_name: 'b' };

const VERBS: readonly [string, readonly Permission[], Verb][] = [
  ['registerClient', ['report'], (p, a, q) => control.registerClient(p, a, q, registration('web9'))],
  [
    'createClient',
    ['change'],
    (p, a, q) => control.createClient(p, a, q, { clientId: 'web9', hostname: 'h' }),
  ],
  [
    'createClient, central',
    ['administer'],
    (p, a, q) => control.createClient(p, a, q, { clientId: 'web9', hostname: 'h', central: true }),
  ],
  ['updateClient', ['change'], (p, a, q) => control.updateClient(p, a, q, 'x', {})],
  ['getClient', ['look'], (p, a, q) => control.getClient(p, a, q, 'x')],
  ['listClients', ['look'], (p, a, q) => control.listClients(p, a, q)],
  ['deleteClient', ['change'], (p, a, q) => control.deleteClient(p, a, q, 'x')],
  ['createAction', ['change'], (p, a, q) => control.createAction(p, a, q, { settings: BACKUP })],
  ['replaceAction', ['change'], (p, a, q) => control.replaceAction(p, a, q, action, { settings: BACKUP })],
  ['updateAction', ['change'], (p, a, q) => control.updateAction(p, a, q, action, {})],
  ['getAction', ['look'], (p, a, q) => control.getAction(p, a, q, action)],
  ['listActions', ['look'], (p, a, q) => control.listActions(p, a, q)],
  ['deleteAction', ['change'], (p, a, q) => control.deleteAction(p, a, q, action)],
  ['createJob', ['change'], (p, a, q) => control.createJob(p, a, q, spec())],
  ['replaceJob', ['change'], (p, a, q) => control.replaceJob(p, a, q, job, spec())],
  ['updateJob', ['change'], (p, a, q) => control.updateJob(p, a, q, job, {})],
  ['getJob', ['look'], (p, a, q) => control.getJob(p, a, q, job)],
  ['listJobs', ['look'], (p, a, q) => control.listJobs(p, a, q)],
  ['deleteJob', ['change'], (p, a, q) => control.deleteJob(p, a, q, job)],
  ['sendJobEvent', ['change'], (p, a, q) => control.sendJobEvent(p, a, q, job, 'start')],
  ['recordJobState', ['change', 'report'], (p, a, q) => control.recordJobState(p, a, q, job, {})],
  ['pollJobs', ['report'], (p, a, q) => control.pollJobs(p, a, q, 'x')],
  [
    'putJobFile',
    ['report'],
    (p, a, q) => control.putJobFile(p, a, q, 'f', { clientId: 'web1', digest: 'd', job: spec() }),
  ],
  ['removeJobFile', ['report'], (p, a, q) => control.removeJobFile(p, a, q, 'f', 'web1')],
  [
    'acknowledgeJob',
    ['report'],
    (p, a, q) => control.acknowledgeJob(p, a, q, job, { clientId: 'web1', activation: 1, running: false }),
  ],
  [
    'createEndpoint',
    ['change'],
    (p, a, q) => control.createEndpoint(p, a, q, { name: 'office', kind: 'local' }),
  ],
  ['updateEndpoint', ['change'], (p, a, q) => control.updateEndpoint(p, a, q, 'x', {})],
  ['getEndpoint', ['look'], (p, a, q) => control.getEndpoint(p, a, q, 'x')],
  ['listEndpoints', ['look'], (p, a, q) => control.listEndpoints(p, a, q)],
  ['deleteEndpoint', ['change'], (p, a, q) => control.deleteEndpoint(p, a, q, 'x')],
  [
    'endpointsForRun',
    ['unseal'],
    (p, a, q) => control.endpointsForRun(p, a, q, run, { fence: 1, claimId: 'c', action: 'x' }),
  ],
  ['createSession', ['change'], (p, a, q) => control.createSession(p, a, q, {})],
  ['replaceSession', ['change'], (p, a, q) => control.replaceSession(p, a, q, session, {})],
  ['updateSession', ['change'], (p, a, q) => control.updateSession(p, a, q, session, {})],
  ['getSession', ['look'], (p, a, q) => control.getSession(p, a, q, session)],
  ['listSessions', ['look'], (p, a, q) => control.listSessions(p, a, q)],
  ['deleteSession', ['change'], (p, a, q) => control.deleteSession(p, a, q, session)],
  ['addSessionJob', ['change'], (p, a, q) => control.addSessionJob(p, a, q, session, job)],
  ['removeSessionJob', ['change'], (p, a, q) => control.removeSessionJob(p, a, q, session, job)],
  ['listRuns', ['look'], (p, a, q) => control.listRuns(p, a, q)],
  ['getRun', ['look'], (p, a, q) => control.getRun(p, a, q, run)],
  ['cancelRun', ['change'], (p, a, q) => control.cancelRun(p, a, q, run)],
  ['claimOccurrence', ['report'], (p, a, q) => control.claimOccurrence(p, a, q, claimOf('x', NOW))],
  ['heartbeatRun', ['report'], (p, a, q) => control.heartbeatRun(p, a, q, run, { fence: 1 })],
  ['reportRun', ['report'], (p, a, q) => control.reportRun(p, a, q, run, report())],
  ['recordBackup', ['change', 'report'], (p, a, q) => control.recordBackup(p, a, q, { metadata })],
  ['getBackup', ['look'], (p, a, q) => control.getBackup(p, a, q, record)],
  ['listBackups', ['look'], (p, a, q) => control.listBackups(p, a, q)],
  ['updateBackup', ['change', 'report'], (p, a, q) => control.updateBackup(p, a, q, record, {})],
  ['deleteBackup', ['change', 'report'], (p, a, q) => control.deleteBackup(p, a, q, record)],
  [
    'requestRestore',
    ['change'],
    (p, a, q) => control.requestRestore(p, a, q, { backupId: 'x', target: '/t' }),
  ],
  [
    'createUser',
    ['administer'],
    (p, a, q) => control.createUser(p, a, q, { name: 'u', roles: ['reader'], password: 'long enough' }),
  ],
  ['listUsers', ['administer'], (p, a, q) => control.listUsers(p, a, q)],
  ['getUser', ['administer'], (p, a, q) => control.getUser(p, a, q, 'x')],
  ['deleteUser', ['administer'], (p, a, q) => control.deleteUser(p, a, q, 'x')],
  ['setPassword, of somebody else', ['administer'], (p, a, q) => control.setPassword(p, a, q, 'x')],
];

/** Verbs that ask nobody: they are the platform's own. */
const OWN = [
  'authenticate',
  'bootstrap',
  'ensureServiceUser',
  'signingKey',
  'resetAdministrator',
  'duties',
  'dutyHandlers',
  'settleLostRuns',
  'forgetOldRuns',
  'platformTotals',
];

describe('permissions', () => {
  it('are tried for every verb', () => {
    const functions = Object.entries(control).filter(([, value]) => typeof value === 'function');
    const tried = new Set([...OWN, ...VERBS.map(([name]) => name.split(',')[0])]);
    assert.deepEqual(
      functions.map(([name]) => name).filter((name) => !tried.has(name)),
      [],
    );
  });

  for (const [name, permissions, verb] of VERBS) {
    for (const role of ROLES) {
      for (const [where, home] of [
        ['its own project', PROJECT],
        ['another project', OTHER],
      ] as const) {
        const who = actor(role, home);
        const allowed = permissions.some((permission) => mayDo(who, permission, PROJECT));
        it(`${name}: ${role} ${allowed ? 'may' : 'may not'}, in ${where}`, async () => {
          assert.equal(await isForbidden(verb(platform().parts, who, PROJECT)), !allowed);
        });
      }
    }
  }
});

describe('documents of another project', () => {
  /** By kind: the verbs that name one, which then answer as when there is none. */
  it('answer exactly as those that are not there, whatever is asked of them', async () => {
    const { parts } = platform();
    const theirs = actor('member', OTHER);
    const node = actor('service', OTHER);
    await control.registerClient(parts, node, OTHER, registration('db1'));
    const there = await control.createJob(parts, theirs, OTHER, spec({ id: 'job1', clientId: 'db1' }));
    const [made] = there.actions;
    const { run: claimed } = await control.claimOccurrence(
      parts,
      node,
      OTHER,
      claimOf('job1', NOW, { clientId: 'db1' }),
    );
    const backup = await control.recordBackup(parts, theirs, OTHER, { metadata: stored('b1') as never });
    const group = await control.createSession(parts, theirs, OTHER, {});
    const place = await control.createEndpoint(parts, theirs, OTHER, { name: 'theirs', kind: 'local' });
    const ids = {
      job: 'job1',
      action: made!.id,
      run: claimed.id,
      record: backup.id,
      session: group.id,
      storage: place.id,
      client: 'db1',
    };
    const none = Object.fromEntries(Object.keys(ids).map((kind) => [kind, 'none'])) as typeof ids;

    const ask = (id: typeof ids): Record<string, (who: Actor) => Promise<unknown>> => ({
      getClient: (who) => control.getClient(parts, who, PROJECT, id.client),
      updateClient: (who) => control.updateClient(parts, who, PROJECT, id.client, {}),
      deleteClient: (who) => control.deleteClient(parts, who, PROJECT, id.client),
      pollJobs: (who) => control.pollJobs(parts, who, PROJECT, id.client),
      getJob: (who) => control.getJob(parts, who, PROJECT, id.job as JobId),
      updateJob: (who) => control.updateJob(parts, who, PROJECT, id.job as JobId, {}),
      deleteJob: (who) => control.deleteJob(parts, who, PROJECT, id.job as JobId),
      sendJobEvent: (who) => control.sendJobEvent(parts, who, PROJECT, id.job as JobId, 'start'),
      recordJobState: (who) => control.recordJobState(parts, who, PROJECT, id.job as JobId, {}),
      acknowledgeJob: (who) =>
        control.acknowledgeJob(parts, who, PROJECT, id.job as JobId, {
          clientId: 'db1',
          activation: 1,
          running: false,
        }),
      claimOccurrence: (who) =>
        control.claimOccurrence(parts, who, PROJECT, claimOf(id.job, NOW, { clientId: 'db1' })),
      getAction: (who) => control.getAction(parts, who, PROJECT, id.action),
      updateAction: (who) => control.updateAction(parts, who, PROJECT, id.action, {}),
      deleteAction: (who) => control.deleteAction(parts, who, PROJECT, id.action),
      getRun: (who) => control.getRun(parts, who, PROJECT, id.run),
      cancelRun: (who) => control.cancelRun(parts, who, PROJECT, id.run),
      heartbeatRun: (who) => control.heartbeatRun(parts, who, PROJECT, id.run, { fence: 1 }),
      reportRun: (who) => control.reportRun(parts, who, PROJECT, id.run, report()),
      getBackup: (who) => control.getBackup(parts, who, PROJECT, id.record),
      updateBackup: (who) => control.updateBackup(parts, who, PROJECT, id.record, {}),
      deleteBackup: (who) => control.deleteBackup(parts, who, PROJECT, id.record),
      requestRestore: (who) =>
        control.requestRestore(parts, who, PROJECT, { backupId: id.record, target: '/t' }),
      getEndpoint: (who) => control.getEndpoint(parts, who, PROJECT, id.storage),
      updateEndpoint: (who) => control.updateEndpoint(parts, who, PROJECT, id.storage, {}),
      deleteEndpoint: (who) => control.deleteEndpoint(parts, who, PROJECT, id.storage),
      endpointsForRun: (who) =>
        control.endpointsForRun(parts, who, PROJECT, id.run, { fence: 1, claimId: 'c1', action: id.action }),
      getSession: (who) => control.getSession(parts, who, PROJECT, id.session),
      updateSession: (who) => control.updateSession(parts, who, PROJECT, id.session, {}),
      deleteSession: (who) => control.deleteSession(parts, who, PROJECT, id.session),
      addSessionJob: (who) => control.addSessionJob(parts, who, PROJECT, id.session, id.job as JobId),
      removeSessionJob: (who) => control.removeSessionJob(parts, who, PROJECT, id.session, id.job as JobId),
    });
    const foreign = ask(ids);
    const absent = ask(none);
    const who: Actor = { ...actor('member'), roles: ['member', 'service'] };
    for (const name of Object.keys(foreign)) {
      const given = (await answer(foreign[name]!(who))).replaceAll(
        new RegExp(Object.values(ids).join('|'), 'g'),
        'none',
      );
      const wanted = (await answer(absent[name]!(who))).replaceAll('db1', 'none');
      assert.equal(given, wanted, name);
    }
    assert.equal((await control.getRun(parts, theirs, OTHER, claimed.id)).state, 'claimed');
    assert.equal((await control.listJobs(parts, who, PROJECT)).total, 0);
    assert.equal((await control.listBackups(parts, who, PROJECT)).total, 0);
  });
});

async function answer(act: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await act) ?? 'undefined';
  } catch (error) {
    if (isFailure(error)) return `${error.code}: ${error.message} ${JSON.stringify(error.context)}`;
    throw error;
  }
}

async function isForbidden(act: Promise<unknown>): Promise<boolean> {
  try {
    await act;
    return false;
  } catch (error) {
    if (!isFailure(error)) throw error;
    return error.code === 'auth.forbidden';
  }
}
