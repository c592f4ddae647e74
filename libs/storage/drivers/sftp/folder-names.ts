import type { FileEntryWithStats } from 'ssh2';
import type { Session } from './session.js';
import { isStatus, STATUS } from './sftp-status.js';

/** OpenSSH answers with a hundred names at a time. */
const REQUESTS_AT_ONCE = 4;

/**
 * The names in a folder, with what they are, in no order; `.` and `..` are not among them. Ends early when `isEnough`
 * says so of one. Memory held: all names of the folder.
 */
export async function namesIn(
  session: Session,
  path: string,
  isEnough: (entry: FileEntryWithStats) => boolean = () => false,
): Promise<FileEntryWithStats[]> {
  const handle = await session.openFolder(path);
  try {
    const names: FileEntryWithStats[] = [];
    for (;;) {
      const asked = Array.from({ length: REQUESTS_AT_ONCE }, () => session.readFolder(handle));
      let isOver = false;
      for (const answer of await Promise.allSettled(asked)) {
        if (answer.status === 'fulfilled') names.push(...answer.value);
        else if (isStatus(answer.reason, STATUS.endOfFile)) isOver = true;
        else throw answer.reason;
      }
      if (isOver || names.some(isEnough)) return names;
    }
  } finally {
    // Nothing depends on it, and the next folder is waiting.
    session.closeHandle(handle).catch(() => undefined);
  }
}
