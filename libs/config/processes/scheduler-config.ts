import { isFailure, parse, z } from '#kernel';
import { deepFrozen } from '../values/deep-frozen.js';
import { refuseProblems, type OptionProblem } from '../option-problem.js';
import { STRENGTH } from '../setting.js';
import { Secret } from '../values/secret.js';
import { readProcess, type ProcessRequest, type ReadProcess } from './read-process.js';
import { schedulerOptions, type SchedulerOptionValues } from './scheduler-options.js';
import { secretText } from './process-values.js';
import { readPrivateFile, readSecretFile } from './secret-file.js';

type Read = ReadProcess<typeof schedulerOptions>;
type Rest = Omit<
  SchedulerOptionValues,
  | 'username'
  | 'password'
  | 'passwordFile'
  | 'credentialsFile'
  | 'supportedActions'
  | 'supportedModes'
  | 'supportedStorages'
  | 'supportedEngines'
>;

interface Credentials {
  readonly username: string;
  readonly password: Secret<string>;
}

/** Everything that `firn-scheduler` needs to know; its account is read, from wherever it was named. */
export interface SchedulerConfig extends Rest, Credentials {
  /** The account as it is now: an API that starts anew gives the account of a credentials file a new password. */
  readonly credentials: () => Promise<Credentials>;
  readonly capabilities: {
    readonly actions: readonly string[];
    readonly modes: readonly string[];
    readonly storages: readonly string[];
    readonly engines: readonly string[];
  };
}

/**
 * Rejects with one failure that names every problem and its place, as {@link readProcess}. A stronger place for the
 * account wins: `--credentials-file` over FIRN_USERNAME and FIRN_PASSWORD, and these over what a config file names.
 */
export async function schedulerConfig(request: ProcessRequest = {}): Promise<SchedulerConfig> {
  const read = await readProcess(schedulerOptions, request);
  const problems = [...read.problems];
  const found = await credentialsOf(read, problems);
  refuseProblems(problems);
  const account = found as NonNullable<typeof found>;
  const { supportedActions, supportedModes, supportedStorages, supportedEngines, ...values } = read.values;
  const { passwordFile: _, credentialsFile: __, ...rest } = values;
  return deepFrozen({
    ...rest,
    username: account.username,
    password: account.password,
    credentials: account.again,
    capabilities: {
      actions: supportedActions,
      modes: supportedModes,
      storages: supportedStorages,
      engines: supportedEngines,
    },
  });
}

interface Account extends Credentials {
  readonly again: () => Promise<Credentials>;
}

async function credentialsOf(read: Read, problems: OptionProblem[]): Promise<Account | undefined> {
  const { username, password, passwordFile, credentialsFile } = read.values;
  const file = read.places.get('credentialsFile');
  const direct = ['username', 'password', 'passwordFile'].flatMap((key) => read.places.get(key) ?? []);
  const strongest = Math.max(-1, ...direct.map(({ source }) => STRENGTH.indexOf(source)));
  if (file && credentialsFile !== undefined && strongest <= STRENGTH.indexOf(file.source)) {
    const beside = direct.find(({ source }) => source === file.source);
    if (!beside) return accountIn(credentialsFile, file.place, problems);
    problems.push({ code: 'input.invalid', path: file.place, message: `excludes ${beside.place}` });
    return undefined;
  }
  const lacks = (key: string, otherKey?: string) =>
    !read.places.has(key) && !(otherKey !== undefined && read.places.has(otherKey));
  if (lacks('username')) problems.push(missing('username is missing; --credentials-file gives it as well'));
  if (lacks('password', 'passwordFile'))
    problems.push(missing('password-file is missing; FIRN_PASSWORD and --credentials-file do as well'));
  if (username === undefined || password === undefined) return undefined;
  const again = async () =>
    passwordFile === undefined
      ? { username, password }
      : { username, password: await readSecretFile(passwordFile, secretText) };
  return { username, password, again };
}

async function accountIn(
  path: string,
  place: string,
  problems: OptionProblem[],
): Promise<Account | undefined> {
  const again = () => readCredentials(path);
  try {
    return { ...(await again()), again };
  } catch (error) {
    if (!isFailure(error, 'input.file-unreadable', 'input.invalid')) throw error;
    const code = error.code === 'input.invalid' ? 'input.invalid' : 'input.file-unreadable';
    problems.push({ code, path: place, message: error.message });
    return undefined;
  }
}

async function readCredentials(path: string): Promise<Credentials> {
  const bytes = await readPrivateFile(path, 'credentials file');
  const { username, password } = parse(credentialsSchema, jsonOf(bytes), `credentials file "${path}"`);
  return { username, password: new Secret(password) };
}

const credentialsSchema = z.object({ username: z.string().min(1), password: z.string().min(1) });

/** What is no JSON is no object either, and the parser's message would quote the secret. */
function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function missing(message: string): OptionProblem {
  return { code: 'input.missing-option', path: '', message };
}
