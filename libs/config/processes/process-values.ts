import { resolve } from 'node:path';
import { withNearest, type LogLevel, type Schema } from '#kernel';
import { quoted, refusal } from '../values/refusal.js';
import { Secret } from '../values/secret.js';
import { choice, path, reading } from '../values/option-values.js';

/*
 * What options of processes are made of, besides the schemas of `values/option-values.ts`. Addresses that may hold a
 * password are never quoted in a message.
 */

/** A path from the root; one that is not is meant from the working directory. */
export const place: Schema<string> = path.transform((given) => resolve(given));

export const logLevel: Schema<LogLevel> = choice(['debug', 'info', 'warn', 'error']);

export const port: Schema<number> = reading((value) => {
  const number = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 65_535)
    return number;
  throw refusal(`${quoted(value)} is not a port from 1 to 65535, or 0 for any that is free`);
});

/** A name or address to listen on. */
export const host: Schema<string> = reading((value) => {
  if (typeof value === 'string' && /^[A-Za-z0-9._:%-]+$/.test(value.trim())) return value.trim();
  throw refusal(`${quoted(value)} is not the name or address of a host`);
});

/** The address of an API, without a slash at the end. */
export const httpUrl: Schema<string> = reading((value) => {
  const url = urlIn(value);
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw refusal(`${shownUrl(url, value)} is not an address such as http://127.0.0.1:9090`);
  if (url.username !== '' || url.password !== '')
    throw refusal('holds a name or password; give them with options of their own');
  if (url.search !== '' || url.hash !== '') throw refusal(`"${url.href}" has more than an address`);
  return url.href.replace(/\/+$/, '');
});

export const databaseUrl = secretUrl(
  ['postgres:', 'postgresql:'],
  'is not an address such as postgres://user:password@host:5432/firn',
);
export const redisUrl = secretUrl(['redis:', 'rediss:'], 'is not an address such as redis://host:6379');

export const secretText: Schema<Secret<string>> = reading((value) => {
  if (typeof value !== 'string' || value === '') throw refusal('is empty');
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  if (/[\u0000-\u001f\u007f]/.test(value)) throw refusal('has a control character or line break');
  return new Secret(value);
});

export const timezone: Schema<string> = reading((value) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: String(value) });
    return String(value);
  } catch {
    throw refusal(`${quoted(value)} is not a time zone such as Europe/Paris or UTC`);
  }
});

/** The identity of a client, as the API takes it. */
export const clientId: Schema<string> = reading((value) => {
  const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
  const whole = new RegExp(`^(?:[\\w-]+_)?${label}(?:\\.${label})*$`);
  if (typeof value === 'string' && value.length <= 255 && whole.test(value)) return value;
  throw refusal(`${quoted(value)} is not a host name, as web1 or db.example.org, with letters before "_"`);
});

/** Words between commas or in a list; each one of `known` when that is given. */
export function words<Word extends string = string>(known?: readonly Word[]): Schema<readonly Word[]> {
  return reading((value) => {
    const given = (Array.isArray(value) ? value : [value]).flatMap((each) => String(each).split(','));
    const list = given.map((word) => word.trim()).filter((word) => word !== '');
    if (list.length === 0) throw refusal('names nothing');
    const strange = list.filter((word) => known && !(known as readonly string[]).includes(word));
    if (strange.length === 0) return [...new Set(list)] as Word[];
    const named = strange.map((word) => withNearest(word, known ?? [])).join(' and ');
    throw refusal(`${named} ${strange.length === 1 ? 'is' : 'are'} not one of ${known?.join(', ')}`);
  });
}

function secretUrl(protocols: readonly string[], refused: string): Schema<Secret<string>> {
  return reading((value) => {
    const url = urlIn(value);
    if (!url || !protocols.includes(url.protocol)) throw refusal(refused);
    return new Secret(String(value).trim());
  });
}

function urlIn(value: unknown): URL | undefined {
  return typeof value === 'string' ? (URL.parse(value.trim()) ?? undefined) : undefined;
}

/** What cannot be read as an address may still hold a password. */
function shownUrl(url: URL | undefined, value: unknown): string {
  if (url && url.password === '' && url.username === '') return quoted(value);
  return typeof value === 'string' && !value.includes('@') ? quoted(value) : 'this';
}
