import { Failure, withNearest } from '#kernel';
import type { StorageDriver } from '../storage-backend.js';

/**
 * Every kind of storage. A new one is a folder beside this file and one line here; import and entry stand in one line so
 * that it stays one. What is heavy, such as an SDK, a driver imports when it is opened.
 */
export const storageDrivers: readonly StorageDriver[] = [
  (await import('./local/local-driver.js')).localDriver,
  (await import('./memory/memory-driver.js')).memoryDriver,
  (await import('./sftp/sftp-driver.js')).sftpDriver,
  (await import('./ftp/ftp-driver.js')).ftpDriver,
  (await import('./ftp/ftp-driver.js')).ftpsDriver,
  (await import('./s3/s3-driver.js')).s3Driver,
  (await import('./swift/swift-driver.js')).swiftDriver,
];

/**
 * The driver of a kind; throws `storage.unknown-kind`, which names all kinds and the nearest. `names` are those of storages
 * that could have been meant instead.
 */
export function storageDriver(kind: string, names: readonly string[] = []): StorageDriver {
  const driver = storageDrivers.find(
    (candidate) => candidate.kind === kind || candidate.aliases.includes(kind),
  );
  if (driver) return driver;
  const kinds = storageDrivers.map((candidate) => candidate.kind);
  const guess = withNearest(kind, [...names, ...kinds]);
  const message = `unknown storage kind ${guess}; there are ${kinds.join(', ')}`;
  if (names.length === 0) throw new Failure('storage.unknown-kind', message, { kind, kinds });
  const words = `${message}, and by their names ${names.join(', ')}`;
  throw new Failure('storage.unknown-kind', words, { kind, kinds, names });
}
