import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  processIdentitySchema,
  processState,
  removeTree,
  temporaryDirectory,
  thisProcess,
  type TemporaryDirectory,
} from '#host';

const PREFIX = 'firn-agent-';
const OWNER = 'owner.json';

/** A temporary directory of this process, after what killed agents left beside it was taken away. */
export async function workDirectory(parent: string): Promise<TemporaryDirectory> {
  const work = await temporaryDirectory(PREFIX, parent);
  writeFileSync(join(work.path, OWNER), JSON.stringify(thisProcess()), { mode: 0o600 });
  await sweep(parent);
  return work;
}

async function sweep(parent: string): Promise<void> {
  for (const name of readdirSync(parent)) {
    const path = join(parent, name);
    if (name.startsWith(PREFIX) && isAbandoned(path)) await removeTree(path);
  }
}

/** Only what is ours and whose process is surely gone. */
function isAbandoned(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (!status?.isDirectory() || status.uid !== process.getuid?.()) return false;
  const owner = processIdentitySchema.safeParse(ownerIn(path));
  return owner.success && processState(owner.data) === 'gone';
}

function ownerIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(join(path, OWNER), 'utf8')) as unknown;
  } catch {
    // None yet, or cut off: whose it is cannot be told, so it stays.
    return undefined;
  }
}
