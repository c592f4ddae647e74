import { isAddress, readActionSettings } from '#config';
import type { EndpointWish, StorageKnowledge } from '#control';
import { asFailure, isFailure, nearest, parse, withNearest, type Problem } from '#kernel';
import { driverAt, type StorageDriver } from '#storage';
import { storageDriver, storageDrivers } from '#storage/drivers';

const KINDS = storageDrivers.flatMap(({ kind, aliases }) => [kind, ...aliases]);
/** In place of a secret, which only its client will try. */
const UNSEEN = 'unseen';

/** What the drivers of this version say of storages. */
export const storageKnowledge: StorageKnowledge = {
  examine(wish) {
    const problems = [...nameProblems(wish.name)];
    const { driver, said = {} } = driverOf(wish, problems);
    const settings = { ...said, ...wish.settings };
    if (!driver) return { kind: wish.kind ?? '', settings, problems };
    problems.push(...strangeSecrets(driver, wish), ...settingProblems(driver, settings, wish.secrets));
    return { kind: driver.kind, settings, problems };
  },
  named(settings) {
    const { storage = [], container = [] } = readActionSettings(settings).values;
    const words = storage.filter((word) => !isAddress(word));
    const addressed = [...storage, ...container].filter(isAddress).flatMap(kindAt);
    return {
      kinds: [
        ...words.filter((word) => KINDS.includes(word)).map((word) => storageDriver(word).kind),
        ...addressed,
      ],
      names: words.filter((word) => !KINDS.includes(word)),
    };
  },
};

/** A name that could be taken for a kind would mean something else in a job. */
function nameProblems(name: string): readonly Problem[] {
  if (KINDS.includes(name))
    return [{ path: 'name', message: `"${name}" is a kind of storage; choose another name` }];
  const near = nearest(name, KINDS);
  return near === undefined ? [] : [{ path: 'name', message: `"${name}" is too much like the kind ${near}` }];
}

function driverOf(
  { kind, address }: EndpointWish,
  problems: Problem[],
): { readonly driver?: StorageDriver; readonly said?: Readonly<Record<string, unknown>> } {
  if (kind === undefined && address === undefined) {
    problems.push({ path: 'kind', message: 'is missing, and so is an address' });
    return {};
  }
  if (kind !== undefined && !KINDS.includes(kind)) {
    const known = storageDrivers.map((driver) => driver.kind).join(', ');
    problems.push({
      path: 'kind',
      message: `unknown storage kind ${withNearest(kind, KINDS)}; there are ${known}`,
    });
    return {};
  }
  try {
    const found =
      address === undefined ? { driver: storageDriver(kind ?? '') } : driverAt(address, storageDrivers);
    if (kind === undefined || storageDriver(kind) === found.driver) return found;
    problems.push({ path: 'kind', message: `the address is one of kind ${found.driver.kind}` });
  } catch (error) {
    problems.push({ path: 'address', message: asFailure(error).message });
  }
  return {};
}

function strangeSecrets({ kind, secrets }: StorageDriver, wish: EndpointWish): readonly Problem[] {
  const misplaced = secrets.flatMap((secret) =>
    [secret, `${secret}File`, `${secret}Variable`].filter((name) => wish.settings[name] !== undefined),
  );
  return [
    ...misplaced.map((name) => ({
      path: `settings.${name}`,
      message: 'belongs into "secrets", as {"value": …}, {"file": …} or {"variable": …}',
    })),
    ...wish.secrets
      .filter((name) => !secrets.includes(name))
      .map((name) => ({
        path: `secrets.${name}`,
        message: `is no secret of kind ${kind}; it has ${secrets.join(', ') || 'none'}`,
      })),
  ];
}

/** By the driver's own schema, which is never shown a secret. What a client's environment may say is not missed. */
function settingProblems(
  driver: StorageDriver,
  settings: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): readonly Problem[] {
  const given = Object.entries(settings).filter(([name]) => !isSecret(driver, name));
  const config = {
    ...Object.fromEntries(given),
    ...placeholders(secrets.filter((name) => driver.secrets.includes(name))),
  };
  const problems = problemsOf(driver, config);
  if (problems.length === 0) return [];
  const filled = Object.values(driver.environment).filter((name) => config[name] === undefined);
  return problemsOf(driver, { ...config, ...placeholders(filled) }).length === 0 ? [] : problems;
}

function problemsOf(driver: StorageDriver, config: Readonly<Record<string, unknown>>): readonly Problem[] {
  try {
    parse(driver.config, config, 'storage');
    return [];
  } catch (error) {
    if (!isFailure(error, 'input.invalid')) throw error;
    return (error.context['problems'] as readonly Problem[])
      .filter(({ path }) => !driver.secrets.includes(path))
      .map(({ path, message }) => ({ path: path === '' ? 'settings' : `settings.${path}`, message }));
  }
}

function isSecret({ secrets }: StorageDriver, name: string): boolean {
  return secrets.some((secret) => [secret, `${secret}File`, `${secret}Variable`].includes(name));
}

function placeholders(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, UNSEEN]));
}

/** What cannot be read is told elsewhere. */
function kindAt(address: string): readonly string[] {
  try {
    return [driverAt(address, storageDrivers).driver.kind];
  } catch {
    return [];
  }
}
