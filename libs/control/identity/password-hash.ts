import { argon2, timingSafeEqual } from 'node:crypto';

/** How much work a guess costs: memory in KiB, passes over it, lanes. OWASP's recommendation for argon2id. */
interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

// The one with one pass: memory that is asked for in large blocks is given back to the system after each guess.
const COST: Cost = { memory: 47_104, passes: 1, parallelism: 1 };
const TAG_BYTES = 32;
/** Of the salt. */
export const SALT_BYTES = 16;

/** `$argon2id$v=19$m=…,t=…,p=…$salt$tag`: the costs are kept with the hash, so that they can be raised later. */
export async function hashPassword(password: string, salt: Uint8Array): Promise<string> {
  const tag = await tagOf(password, salt, COST, TAG_BYTES);
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
}

/** Whether it is the password of the hash; takes the same time either way. False for a hash that cannot be read. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(hash);
  if (!match) return false;
  const [, memory, passes, parallelism, salt = '', tag = ''] = match;
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const expected = Buffer.from(tag, 'base64');
  const actual = await tagOf(password, Buffer.from(salt, 'base64'), cost, expected.length);
  return timingSafeEqual(actual, expected);
}

let turn: Promise<unknown> = Promise.resolve();

/** One at a time, so that logins that come together do not take their memory together. */
function tagOf(password: string, nonce: Uint8Array, cost: Cost, tagLength: number): Promise<Uint8Array> {
  const mine = turn.then(() => tagAtOnce(password, nonce, cost, tagLength));
  turn = mine.catch(() => undefined);
  return mine;
}

function tagAtOnce(password: string, nonce: Uint8Array, cost: Cost, tagLength: number): Promise<Uint8Array> {
  // The same letters may be typed as different bytes on another keyboard.
  const message = password.normalize('NFC');
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce, tagLength, ...cost }, (error, tag) =>
      error ? reject(error) : resolve(tag),
    );
  });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
