/** Ids are strings that the compiler tells apart. */
export type Id<Kind extends string> = string & { readonly __kind: Kind };

export type BackupId = Id<'backup'>;
export type ContainerId = Id<'container'>;
export type ProjectId = Id<'project'>;
export type UserId = Id<'user'>;
export type JobId = Id<'job'>;
export type ActionId = Id<'action'>;
export type SessionId = Id<'session'>;
export type RunId = Id<'run'>;
/** Of a backup as the API remembers it; {@link BackupId} is that of the stored one. */
export type RecordId = Id<'record'>;

const BACKUP_ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;
const CONTAINER_ID = /^[0-9a-f]{32}$/;

/** `20261120T093415Z-4f7a9c21`: sorts by time, can be read aloud. `random` is four random bytes. */
export function backupId(startedAt: Date, random: Uint8Array): BackupId {
  const stamp = startedAt.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
  return `${stamp}-${Buffer.from(random).toString('hex')}` as BackupId;
}

export function isBackupId(text: string): text is BackupId {
  return BACKUP_ID.test(text);
}

/** `random` is sixteen random bytes. */
export function containerId(random: Uint8Array): ContainerId {
  return Buffer.from(random).toString('hex') as ContainerId;
}

export function isContainerId(text: string): text is ContainerId {
  return CONTAINER_ID.test(text);
}

/** 32 hexadecimal digits, as Freezer's ids are. `random` is sixteen random bytes, or the first of a digest. */
export function hexId<Kind extends string>(random: Uint8Array): Id<Kind> {
  return Buffer.from(random.subarray(0, 16)).toString('hex') as Id<Kind>;
}
