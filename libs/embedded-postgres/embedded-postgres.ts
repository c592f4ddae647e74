import type { Failure } from '#kernel';

/** A PostgreSQL server of our own, which is watched and started again when it dies. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** The same for as long as it is open, over all restarts. */
  readonly connection: Connection;
  /** The connection as `postgresql://…`, with the password in it: for clients, not for logs. */
  readonly url: string;
  /** How often it has died and answered again. */
  readonly restarts: number;
  /**
   * Resolves with `platform.database-failed` when the server has died so often that it is not started again. Never
   * rejects, and never resolves otherwise.
   */
  readonly failed: Promise<Failure>;
  /** Stops the server cleanly and lets others have the directory. No process is left. A second close does nothing. */
  close(): Promise<void>;
}

export interface Connection {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}
