/** Superuser and database of an embedded server. */
export const USER = 'firn';
export const DATABASE = 'firn';
export const HOST = '127.0.0.1';

/**
 * Settings of every embedded server, which hold whatever the files in the data directory say: reached over the
 * loopback address only, small, and with little to say. Writing to disk before answering is PostgreSQL's default, and
 * stays.
 */
const COMMON: Readonly<Record<string, string>> = {
  listen_addresses: HOST,
  // The path of a socket may have 107 bytes at most, and nobody needs one.
  unix_socket_directories: '',
  shared_buffers: '32MB',
  max_connections: '60',
  superuser_reserved_connections: '2',
  max_wal_size: '256MB',
  max_worker_processes: '2',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  // In files of its own, because a system may take shared memory away from a user who has logged out.
  dynamic_shared_memory_type: 'mmap',
  log_timezone: 'UTC',
  timezone: 'UTC',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
};

/** Arguments for `postgres`. */
export function settingArguments(more: Readonly<Record<string, string>>): string[] {
  return Object.entries({ ...COMMON, ...more }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** An address for clients, with the password in it. */
export function urlOf(to: {
  readonly port: number;
  readonly password: string;
  readonly database: string;
}): string {
  return `postgresql://${USER}:${encodeURIComponent(to.password)}@${HOST}:${to.port}/${to.database}`;
}
