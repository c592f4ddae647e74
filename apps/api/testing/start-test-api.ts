import { randomBytes } from 'node:crypto';
import { memoryMetadata } from '#metadata';
import { memoryQueue } from '#queue';
import type { ControlParts } from '#control';
import { ROLES, type Role, type User } from '#domain';
import { hexId, silentLogger, systemClock, type ProjectId } from '#kernel';
import { Tokens } from '../identity/tokens.js';
import { serve, type Address } from '../serve.js';
import { allCapabilities, settingsProblems } from '../settings-problems.js';
import { storageKnowledge } from '../storages/storage-knowledge.js';
import type { ApiSettings } from '../tokens.js';

export interface TestApi extends AsyncDisposable {
  readonly url: string;
  readonly parts: ControlParts;
  readonly settings: ApiSettings;
  /** One of each role, in the project `default`. */
  readonly tokens: Readonly<Record<Role, string>>;
  /** A token of a new user of that role and project. */
  tokenOf(role: Role, project: string): Promise<string>;
  tokenFor(user: User): Promise<string>;
  /** Makes a user without a password that would work. */
  userOf(role: Role, project: string): Promise<User>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  /** In place of those that are made: everything in memory, and the real time. */
  readonly parts?: Partial<ControlParts>;
  readonly settings?: Partial<ApiSettings>;
  /** Without them nobody is there, as at a first start, and `tokens` are of nobody. */
  readonly users?: false;
  readonly address?: Address;
}

const PROJECT = 'default';

/** A real API in this process, on a port of its own. */
export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const clock = options.parts?.clock ?? systemClock;
  const logger = options.parts?.logger ?? silentLogger;
  const sealingKey = randomBytes(32);
  const parts: ControlParts = {
    ...{ clock, logger, settingsProblems, allCapabilities },
    metadata: memoryMetadata(),
    queue: memoryQueue({ clock, logger }),
    random: randomBytes,
    leaseMs: 60_000,
    storages: storageKnowledge,
    sealingKeys: async () => [sealingKey],
    ...options.parts,
  };
  const settings: ApiSettings = {
    bodyLimit: 1024 * 1024,
    tokenMinutes: 720,
    signingKey: randomBytes(32),
    ...options.settings,
  };
  const tokens = new Tokens(parts, settings);
  const userOf = async (role: Role, project: string): Promise<User> => {
    const now = clock.now();
    const user: User = {
      id: hexId(randomBytes(16)),
      name: `${role}-${randomBytes(4).toString('hex')}`,
      project: project as ProjectId,
      roles: [role],
      passwordHash: 'none',
      createdAt: now,
      updatedAt: now,
    };
    await parts.metadata.transaction(({ users }) => users.insert(user));
    return user;
  };
  const tokenFor = async (user: User) => (await tokens.issue(user)).token;
  const tokenOf = async (role: Role, project: string) => tokenFor(await userOf(role, project));
  const served = await serve(parts, settings, options.address ?? { host: '127.0.0.1', port: 0 });
  const own = await Promise.all(
    ROLES.map(async (role) => [role, options.users === false ? '' : await tokenOf(role, PROJECT)] as const),
  );
  const close = async () => {
    await served.close(1000);
    if (!options.parts?.queue) await parts.queue.close();
    if (!options.parts?.metadata) await parts.metadata.close();
  };
  return {
    url: served.url,
    ...{ parts, settings, tokenOf, tokenFor, userOf, close },
    tokens: Object.fromEntries(own) as Record<Role, string>,
    [Symbol.asyncDispose]: close,
  };
}
