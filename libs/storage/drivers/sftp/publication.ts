import type { Session } from './session.js';
import { isStatus, SftpStatus, STATUS } from './sftp-status.js';

/** What became of an attempt to give a file its name. */
export type Published = 'renamed' | 'linked' | 'taken';

type Way = (session: Session, path: string, name: string) => Promise<'renamed' | 'linked'>;

/**
 * Gives a whole file the name of its object, unless the name is taken. Rejects with the status `noSuchFile` when the
 * folder of the name, or the file, is not there.
 *
 * The plain rename of OpenSSH is a hard link to the new name and the removal of the old one: it never overwrites, and it
 * knows what to do where there are no hard links. Other servers may take a rename for an order to overwrite, so there a
 * hard link is the first choice. Without one, two puts of one key at the very same moment may both believe they won.
 */
export async function publish(session: Session, path: string, name: string): Promise<Published> {
  let refused: unknown;
  for (const way of waysOf(session)) {
    try {
      return await way(session, path, name);
    } catch (error) {
      if (!isStatus(error) || isStatus(error, STATUS.noSuchFile)) throw error;
      if (isStatus(error, STATUS.alreadyExists)) return 'taken';
      const taken = await isTaken(session, name);
      // OpenSSH has no other answer to a name that is taken, and who may not look has to believe it.
      if (taken ?? isStatus(error, STATUS.failure)) return 'taken';
      refused ??= error;
    }
  }
  throw refused;
}

/** Whether anything bears this name; nothing when the user may not look. */
export async function isTaken(session: Session, name: string): Promise<boolean | undefined> {
  try {
    await session.lstat(name);
    return true;
  } catch (error) {
    if (isStatus(error, STATUS.noSuchFile)) return false;
    if (isStatus(error, STATUS.permissionDenied, STATUS.unsupported)) return undefined;
    throw error;
  }
}

function waysOf(session: Session): readonly Way[] {
  if (session.isOpenSsh) return session.knowsHardLinks ? [rename, hardLink] : [rename];
  return session.knowsHardLinks ? [hardLink, carefulRename] : [carefulRename];
}

const rename: Way = async (session, path, name) => {
  await session.rename(path, name);
  return 'renamed';
};

const hardLink: Way = async (session, path, name) => {
  await session.hardLink(path, name);
  return 'linked';
};

const carefulRename: Way = async (session, path, name) => {
  if (await isTaken(session, name)) throw new SftpStatus(STATUS.alreadyExists, 'file exists');
  return rename(session, path, name);
};
