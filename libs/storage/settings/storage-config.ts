import { Failure, invalid, type Problem } from '#kernel';
import type { StorageDriver } from '../storage-backend.js';
import { typedSettings } from './typed-settings.js';

/** A storage as somebody asked for it: by a kind with settings, or by an address with some more settings. */
export interface StorageWish {
  readonly kind?: string | undefined;
  readonly address?: string | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Where settings come from that are not in the wish itself. */
export interface SettingSources {
  /** Variables of the environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The first line of a file; rejects when it cannot be read or is empty. */
  readonly readSecret: (path: string) => Promise<string>;
}

export interface StorageConfig {
  readonly driver: StorageDriver;
  /** For {@link StorageDriver.open}; holds secrets. */
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Finds the driver that is meant, and puts its settings together. What was given wins over what an address says, and
 * that over the environment.
 *
 * A secret is never given itself, since command lines, job files and logs are read by others: `<name>File` names a file
 * whose first line it is, `<name>Variable` a variable of the environment. `secrets` are those that came over a private
 * way. Rejects with `input.invalid` that names every problem, `storage.unknown-kind` and `storage.address-invalid`.
 */
export async function storageConfig(
  wish: StorageWish,
  drivers: readonly StorageDriver[],
  driverOf: (kind: string) => StorageDriver,
  { environment, readSecret }: SettingSources,
  what: string,
  secrets: Readonly<Record<string, string>> = {},
): Promise<StorageConfig> {
  const { driver, said } =
    wish.address === undefined ? ofKind(wish.kind, driverOf) : driverAt(wish.address, drivers);
  if (wish.address !== undefined && wish.kind !== undefined && driverOf(wish.kind) !== driver)
    throw invalid(what, [{ path: 'kind', message: `"${wish.kind}" is not the kind of ${wish.address}` }]);
  const problems: Problem[] = [];
  const given: Record<string, unknown> = { ...said, ...wish.settings };
  const private_: Record<string, string> = {};
  for (const secret of driver.secrets) {
    const [file, variable] = [given[`${secret}File`], given[`${secret}Variable`]];
    if (given[secret] !== undefined) {
      problems.push({
        path: secret,
        message: `secrets do not belong here; write it into a file and name that as ${secret}File, or name a variable of the environment as ${secret}Variable`,
      });
    }
    if (typeof file === 'string') private_[secret] = await readSecret(file);
    else if (typeof variable === 'string') {
      const value = environment[variable];
      if (value) private_[secret] = value;
      else problems.push({ path: `${secret}Variable`, message: `the variable ${variable} is not set` });
    }
    for (const name of [secret, `${secret}File`, `${secret}Variable`]) Reflect.deleteProperty(given, name);
  }
  if (problems.length > 0) throw invalid(what, problems);
  const config = { ...typedSettings(driver, given), ...private_, ...secrets };
  return { driver, config: { ...fromEnvironment(driver, environment, config), ...config } };
}

function ofKind(kind: string | undefined, driverOf: (kind: string) => StorageDriver) {
  return { driver: driverOf(kind ?? 'local'), said: {} };
}

/** The driver that an address means, and the settings it says. Throws `storage.address-invalid`. */
export function driverAt(
  address: string,
  drivers: readonly StorageDriver[],
): { readonly driver: StorageDriver; readonly said: Readonly<Record<string, unknown>> } {
  // What is shown of an address never holds what may be a password.
  const shown = address.replace(/\/\/[^@/]*@/, '//…@');
  let url: URL;
  try {
    url = new URL(address);
  } catch (error) {
    const message = `"${shown}" is no address`;
    throw new Failure('storage.address-invalid', message, { address: shown }, error);
  }
  const protocol = url.protocol.slice(0, -1);
  const driver = drivers.find(({ protocols }) => protocols.includes(protocol));
  if (!driver) {
    const known = drivers.flatMap(({ protocols }) => protocols.map((name) => `${name}://`)).join(', ');
    const message = `no storage has addresses like "${shown}"; there are ${known}`;
    throw new Failure('storage.address-invalid', message, { address: shown });
  }
  if (url.password !== '') {
    const message = `the address "${shown}" holds a password; name a file with it as the setting passwordFile`;
    throw new Failure('storage.address-invalid', message, { address: shown });
  }
  return { driver, said: driver.fromAddress(url) };
}

function fromEnvironment(
  driver: StorageDriver,
  environment: SettingSources['environment'],
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  // Of several variables for one setting the first one counts.
  const filled = Object.entries(driver.environment)
    .toReversed()
    .flatMap(([variable, setting]) => {
      const value = environment[variable];
      return value && config[setting] === undefined ? [[setting, value]] : [];
    });
  return typedSettings(driver, Object.fromEntries(filled) as Record<string, unknown>);
}
