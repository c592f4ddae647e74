import type { ActionSettings, Actor, Capabilities, Role } from '#domain';
import { silentLogger, type Logger, type Problem, type ProjectId, type UserId } from '#kernel';
import { FakeClock } from '#kernel/testing';
import { memoryMetadata, type Metadata } from '#metadata';
import { memoryQueue } from '#queue';
import type { JobSpec, RegisterRequest, ReportRequest } from '#node-protocol';
import { registerClient } from '../clients/register-client.js';
import type { ControlParts, StorageKnowledge } from '../parts.js';

export const PROJECT = 'p1' as ProjectId;
export const OTHER = 'p2' as ProjectId;
export const LEASE_MS = 60_000;
const CAPABILITIES: Capabilities = {
  ...{ actions: ['backup', 'restore', 'exec'], modes: ['fs'], storages: ['local', 'sftp'], engines: ['tar'] },
};

export interface Platform {
  readonly parts: ControlParts;
  readonly clock: FakeClock;
  /** Every line of the log, as words and facts. */
  readonly log: readonly { readonly words: string; readonly facts: object }[];
}

/** A control plane on memory and a clock that stands still, at 2026-01-01T00:00:00Z. */
export function platform(metadata: Metadata = memoryMetadata()): Platform {
  const clock = new FakeClock();
  const log: { words: string; facts: object }[] = [];
  const line = (words: string, facts: object = {}) => void log.push({ words, facts });
  const logger: Logger = { ...silentLogger, info: line, warn: line, error: line, child: () => logger };
  let made = 0;
  const random = (bytes: number) => {
    made += 1;
    const all = Buffer.alloc(bytes);
    all.writeUInt32BE(made);
    return all;
  };
  const parts: ControlParts = {
    ...{ metadata, clock, logger, random, leaseMs: LEASE_MS, settingsProblems, storages },
    sealingKeys: async () => [SEALING_KEY],
    ...{ queue: memoryQueue({ clock, logger }), allCapabilities: CAPABILITIES },
  };
  return { parts, clock, log };
}

/** What the platform of a test seals with. */
export const SEALING_KEY = Buffer.alloc(32, 7);

/** Two kinds, of which one has a password. */
const storages: StorageKnowledge = {
  examine: ({ kind = 'local', settings, secrets }) => ({
    ...{ kind, settings },
    problems: [
      ...(CAPABILITIES.storages.includes(kind) ? [] : [{ path: 'kind', message: `unknown kind "${kind}"` }]),
      ...secrets
        .filter((name) => kind !== 'sftp' || name !== 'password')
        .map((name) => ({ path: `secrets.${name}`, message: 'is none' })),
    ],
  }),
  named: ({ storage }) => {
    const words = [storage].flat().filter((word) => typeof word === 'string');
    const isKind = (word: string) => CAPABILITIES.storages.includes(word);
    return { kinds: words.filter(isKind), names: words.filter((word) => !isKind(word)) };
  },
};

/** As the agent's table has it, for the few options that the tests use. */
function settingsProblems(settings: ActionSettings): readonly Problem[] {
  const action = typeof settings['action'] === 'string' ? settings['action'] : 'backup';
  const hasPlace = storages.named(settings).names.length > 0;
  const needs = action === 'exec' ? ['command'] : hasPlace ? [] : ['container'];
  return [
    ...(CAPABILITIES.actions.includes(action)
      ? []
      : [{ path: 'action', message: `unknown action "${action}"` }]),
    ...needs.filter((key) => settings[key] === undefined).map((path) => ({ path, message: 'is missing' })),
  ];
}

export function actor(role: Role, project = PROJECT): Actor {
  return { userId: `${role}-of-${project}` as UserId, name: role, project, roles: [role] };
}
export const MEMBER = actor('member');
export const SERVICE = actor('service');
export const ADMIN = actor('admin', 'default' as ProjectId);

export function registration(clientId: string, rest: Partial<RegisterRequest> = {}): RegisterRequest {
  return {
    clientId,
    hostname: clientId,
    capabilities: caps(),
    timezone: 'UTC',
    program: 'firn test',
    ...rest,
  };
}

export function caps(
  rest: Partial<Record<keyof Capabilities, string[]>> = {},
): RegisterRequest['capabilities'] {
  const { actions, modes, storages, engines } = CAPABILITIES;
  return {
    actions: [...actions],
    modes: [...modes],
    storages: [...storages],
    engines: [...engines],
    ...rest,
  };
}

/** A platform on which client `web1` is registered. */
export async function withClient(metadata?: Metadata): Promise<Platform> {
  const made = platform(metadata);
  await registerClient(made.parts, SERVICE, PROJECT, registration('web1'));
  return made;
}

export const BACKUP = { action: 'backup', backup_name: 'www', container: '/srv/backups', storage: 'local' };

/** A job of `web1` that backs up once. */
export function spec(rest: Partial<JobSpec> = {}): JobSpec {
  return { clientId: 'web1', actions: [{ settings: BACKUP }], ...rest };
}

export function claimOf(jobId: string, dueAt: Date, rest: object = {}) {
  return {
    ...{ clientId: 'web1', jobId, jobRevision: 1, occurrence: 'once:1', dueAt, holder: 'h1', claimId: 'c1' },
    ...rest,
  };
}

export function report(rest: Partial<ReportRequest> = {}): ReportRequest {
  return {
    ...{ fence: 1, state: 'succeeded', endedAt: new Date('2026-01-01T00:00:30Z'), exitCode: 0, attempts: [] },
    ...{ bytesRead: 100, bytesStored: 40, more: false, backups: [] },
    ...rest,
  };
}

/** What the agent tells of a stored backup. */
export function stored(id: string, rest: object = {}): Record<string, unknown> {
  return {
    ...{ backup_id: id, backup_name: 'www', container: '/srv/backups', hostname: 'web1', storage: 'local' },
    ...{ level: 0, time_stamp: 1_767_225_600 },
    ...rest,
  };
}
