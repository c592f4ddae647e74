import { randomBytes } from 'node:crypto';
import type { Clock } from '#kernel';
import { RESERVED_FOLDER } from '../../object-key.js';
import type { FtpConnection } from './ftp-connection.js';
import type { FtpListing } from './ftp-listing.js';

const DAY_MS = 24 * 3600 * 1000;
/** When it was begun, in milliseconds to the base 36, and chance. Servers tell times in too many ways. */
const NAME = /^([0-9a-z]{8})\.[0-9a-f]{16}$/;

/** The names under which objects grow, below the reserved folder. */
export class FtpTemporaries {
  constructor(
    private readonly listing: FtpListing,
    private readonly clock: Clock,
  ) {}

  /** As a key, though no object may have it. */
  next(): string {
    const begun = this.clock.now().getTime().toString(36).padStart(8, '0');
    return `${RESERVED_FOLDER}/${begun}.${randomBytes(8).toString('hex')}`;
  }

  /** Removes what was begun more than a day ago. What has another name is not ours and stays. */
  async sweep(connection: FtpConnection): Promise<void> {
    const nowMs = this.clock.now().getTime();
    for (const { name } of (await this.listing.entries(connection, `${RESERVED_FOLDER}/`)) ?? []) {
      const begun = NAME.exec(name)?.[1];
      if (begun !== undefined && nowMs - parseInt(begun, 36) > DAY_MS) {
        await connection.ask('DELE', connection.path(`${RESERVED_FOLDER}/${name}`));
      }
    }
  }
}
