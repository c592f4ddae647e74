import { chown, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Gives what root has just made to the owner of the directory it lies in: root may work in the directory of a user, who
 * wants to go on with it alone later.
 */
export async function giveToOwner(place: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(path.dirname(place));
  await chown(place, uid, gid);
}
