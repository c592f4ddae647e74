import type { EndpointSecret, FileEndpoint, SealedText } from '#domain';
import { Failure, invariant, parse, z, type Problem } from '#kernel';
import type { Stores } from '#metadata';
import type { StorageSecretRequest } from '#node-protocol';
import type { ControlParts } from '../parts.js';
import { openedText, sealedText, sealingKeyId } from './sealing.js';

type Owner = Pick<FileEndpoint, 'id' | 'project'>;
type Secrets = FileEndpoint['secrets'];
/** By name; null takes one away. */
export type SecretRequests = Readonly<Record<string, StorageSecretRequest | null>>;

/** A setting of the platform: which key was sealed with last. */
const SEALING_KEY = 'sealing-key';

/**
 * The secrets as they are to be stored: what is given is sealed, what is not given stays. What an older key has sealed is
 * sealed anew with the newest, so that a change of any kind brings a storage to it.
 */
export async function storedSecrets(
  parts: ControlParts,
  stores: Stores,
  owner: Owner,
  before: Secrets,
  wanted: SecretRequests,
): Promise<Secrets> {
  const names = new Set([...Object.keys(before), ...Object.keys(wanted)]);
  const needsKey = [...names].some((name) => {
    const wish = wanted[name];
    return wish === undefined
      ? 'sealed' in (before[name] ?? {})
      : wish !== null && !('file' in wish || 'variable' in wish);
  });
  const keys = needsKey ? await keysForSealing(parts, stores) : [];
  const entries = [...names].flatMap((name): [string, EndpointSecret][] => {
    const wish = wanted[name];
    if (wish === null) return [];
    if (wish && ('file' in wish || 'variable' in wish)) return [[name, wish]];
    const seal = (text: string) => ({
      sealed: sealedText(keys[0] as Uint8Array, text, boundTo(owner, name), parts.random),
    });
    if (wish && 'value' in wish) return [[name, seal(wish.value)]];
    const kept = before[name];
    invariant(kept !== undefined, 'a secret that stays is there');
    if (!('sealed' in kept) || kept.sealed.key === sealingKeyId(keys[0] as Uint8Array)) return [[name, kept]];
    const opened = openedText(keys, kept.sealed, boundTo(owner, name));
    return [[name, opened === undefined ? kept : seal(opened)]];
  });
  return Object.fromEntries(entries);
}

/** What is asked to stay and is not there. */
export function secretProblems(before: Secrets, wanted: SecretRequests): readonly Problem[] {
  return Object.entries(wanted).flatMap(([name, wish]) =>
    wish && 'sealed' in wish && !before[name]
      ? [{ path: `secrets.${name}`, message: 'there is none that could stay; give it as {"value": …}' }]
      : [],
  );
}

/** Settings and secrets as an agent takes them. Rejects with `input.invalid` when one does not open. */
export async function openedEndpoint(parts: ControlParts, endpoint: FileEndpoint) {
  const isSealed = Object.values(endpoint.secrets).some((secret) => 'sealed' in secret);
  const keys = isSealed ? await parts.sealingKeys() : [];
  const settings: Record<string, unknown> = { ...endpoint.settings };
  const secrets: Record<string, string> = {};
  for (const [name, secret] of Object.entries(endpoint.secrets)) {
    if ('file' in secret) settings[`${name}File`] = secret.file;
    else if ('variable' in secret) settings[`${name}Variable`] = secret.variable;
    else secrets[name] = openedSecret(keys, endpoint, name, secret.sealed);
  }
  const { name, kind } = endpoint;
  return { name, kind, settings, secrets };
}

function openedSecret(
  keys: readonly Uint8Array[],
  endpoint: FileEndpoint,
  secret: string,
  sealed: SealedText,
): string {
  const opened = openedText(keys, sealed, boundTo(endpoint, secret));
  if (opened !== undefined) return opened;
  const { name: storage } = endpoint;
  const message = `the ${secret} of storage "${storage}" does not open: it was sealed with key ${sealed.key}; start the API with the file of that key, or give the secret anew`;
  throw new Failure('input.invalid', message, { storage, secret, key: sealed.key });
}

/**
 * The newest first. Rejects with `input.invalid` when this process lacks the key that the others of its platform seal
 * with: what it sealed they could not open.
 */
async function keysForSealing(parts: ControlParts, { settings }: Stores): Promise<readonly Uint8Array[]> {
  const keys = await parts.sealingKeys();
  const ids = keys.map(sealingKeyId);
  const kept = await settings.get(SEALING_KEY, 'lock');
  const known = kept === undefined ? undefined : parse(keyNote, kept, 'the note of the sealing key').id;
  if (known !== undefined && !ids.includes(known)) {
    const message = `this API has not the key ${known} that secrets are sealed with; start it with --sealing-key-file`;
    throw new Failure('input.invalid', message, { key: known });
  }
  if (known !== ids[0]) await settings.put(SEALING_KEY, { id: ids[0] });
  return keys;
}

const keyNote = z.object({ id: z.string() });

function boundTo({ id, project }: Owner, name: string): readonly string[] {
  return [project, id, name];
}
