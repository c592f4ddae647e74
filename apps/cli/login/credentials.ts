import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceDurably } from '#host';
import { Failure, parse, z } from '#kernel';

const kept = z.object({
  apiUrl: z.string(),
  token: z.string(),
  expiresAt: z.iso.datetime(),
  username: z.string(),
});

/** A login as it is kept between two commands. */
export type KeptLogin = z.infer<typeof kept>;

/** `undefined` when nobody has logged in. Throws `input.file-unreadable` or `input.file-malformed`. */
export function readLogin(file: string): KeptLogin | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure('input.file-unreadable', `cannot read the login in "${file}"`, { file }, error);
  }
  try {
    return parse(kept, JSON.parse(text), `the login in "${file}"`);
  } catch (error) {
    throw new Failure(
      'input.file-malformed',
      `"${file}" holds no login; "firn logout" removes it`,
      { file },
      error,
    );
  }
}

/** Replaces the file at once; nobody else may read it. */
export async function keepLogin(file: string, login: KeptLogin): Promise<void> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  await replaceDurably(file, `${JSON.stringify(login, null, 2)}\n`);
}

export function forgetLogin(file: string): boolean {
  const was = existsSync(file);
  rmSync(file, { force: true });
  return was;
}
