import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { authenticate, ensureServiceUser, type ControlParts } from '#control';
import { replaceDurably } from '#host';
import { isFailure, z, type ProjectId } from '#kernel';

/** The account of a scheduler beside the API. */
const NAME = 'scheduler';
const PROJECT = 'default' as ProjectId;

const credentials = z.object({ username: z.string(), password: z.string() });

/**
 * Sees to it that `file` holds name and password of an account for a scheduler, for its owner's eyes only. Those that
 * still work stay, since a scheduler that runs has read them.
 */
export async function writeServiceUser(parts: ControlParts, file: string): Promise<void> {
  if (await stillWork(parts, file)) return;
  const { name: username, password } = await ensureServiceUser(parts, NAME, PROJECT);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await replaceDurably(file, `${JSON.stringify({ username, password })}\n`);
}

async function stillWork(parts: ControlParts, file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    await authenticate(parts, credentials.parse(JSON.parse(text)));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return false;
    if (isFailure(error, 'auth.credentials-wrong')) return false;
    throw error;
  }
}
