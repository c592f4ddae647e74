import type {
  Action,
  BackupRecord,
  Client,
  EndpointId,
  FileEndpoint,
  Job,
  JobStatus,
  Run,
  RunState,
  Session,
  User,
} from '#domain';
import type { ActionId, JobId, ProjectId, RecordId, RunId, SessionId, UserId } from '#kernel';

/**
 * What the control plane remembers. The only truth of it: everything else can be thrown away.
 *
 * Rejections are Failures: `metadata.unavailable` when the database does not answer, `metadata.duplicate` when an id or a
 * natural key is taken, `metadata.failed` for what should not happen, `input.invalid` for a text that cannot be stored
 * because it has a U+0000 or is too long to be looked up.
 */
export interface Metadata {
  /** Resolves when the database answers. Rejects with `metadata.unavailable`. */
  ready(signal?: AbortSignal): Promise<void>;
  /**
   * Does `work` whole or not at all; what it rejects with, this rejects with. When it resolves, everything is stored
   * durably. Work that loses against another transaction is done anew, so it must have no effect outside of `stores`.
   * `stores` end with the transaction. None is begun within another.
   *
   * After `metadata.unavailable` it may be stored nevertheless: the answer may have been lost.
   */
  transaction<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Stores {
  readonly clients: Store<Client, RecordId, ClientFilter>;
  readonly actions: Store<Action, ActionId, ProjectFilter & { readonly ids?: readonly ActionId[] }>;
  readonly jobs: Store<Job, JobId, JobFilter>;
  readonly sessions: Store<Session, SessionId, ProjectFilter>;
  readonly runs: Store<Run, RunId, RunFilter> & RunTotals;
  readonly backups: Store<BackupRecord, RecordId, BackupFilter>;
  readonly endpoints: Store<FileEndpoint, EndpointId, EndpointFilter>;
  readonly users: Store<User, UserId, UserFilter>;
  /** Small documents of the platform itself, by name. */
  readonly settings: Settings;
}

/** Documents of one kind. */
export interface Store<Row, Id, Filter> {
  /** With `lock`, nobody else gets a lock on it, nor changes it, before the transaction has ended. */
  get(id: Id, lock?: 'lock'): Promise<Row | undefined>;
  /** Rejects with `metadata.duplicate`; the transaction can go on then, and see who was first. */
  insert(row: Row): Promise<void>;
  /**
   * Replaces the row of that id. Rejects with `metadata.failed` when there is none. Rejects with `metadata.duplicate`
   * when another row has its natural key; the transaction then rejects, too, whatever its work does.
   */
  update(row: Row): Promise<void>;
  /** False when there was none. */
  remove(id: Id): Promise<boolean>;
  /** In order of creation, then of id. */
  list(query: Query<Filter>): Promise<Page<Row>>;
}

export interface Query<Filter> {
  readonly where: Filter;
  readonly newestFirst?: boolean;
  readonly offset?: number;
  /** Everything without it. */
  readonly limit?: number;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** How many there are without offset and limit. */
  readonly total: number;
}

/** All given conditions hold; lists mean any of them. */
export interface ProjectFilter {
  readonly project?: ProjectId;
}

export interface ClientFilter extends ProjectFilter {
  readonly clientId?: string;
  readonly central?: boolean;
}

export interface JobFilter extends ProjectFilter {
  readonly clientId?: string;
  readonly sessionId?: SessionId;
  /** Jobs that use this action. */
  readonly action?: ActionId;
  readonly statuses?: readonly JobStatus[];
  /** Whether an event waits to be taken note of. */
  readonly withEvent?: boolean;
}

export interface RunFilter extends ProjectFilter {
  readonly jobId?: JobId;
  readonly clientId?: string;
  readonly occurrence?: string;
  readonly states?: readonly RunState[];
  /** Lease ended before this moment. */
  readonly leaseBefore?: Date;
  readonly createdBefore?: Date;
  readonly cancelRequested?: boolean;
}

export interface BackupFilter extends ProjectFilter {
  readonly clientId?: string;
  readonly jobId?: JobId;
  readonly runId?: RunId;
  /** `metadata.backup_name`, `metadata.backup_id` and `metadata.container`. */
  readonly backupName?: string;
  readonly storedId?: string;
  readonly container?: string;
}

export interface EndpointFilter extends ProjectFilter {
  readonly name?: string;
}

export interface UserFilter extends ProjectFilter {
  readonly name?: string;
}

/** Sums over all runs of all projects, for metrics. */
export interface RunTotals {
  totals(): Promise<readonly RunTotal[]>;
}

export interface RunTotal {
  readonly state: RunState;
  readonly runs: number;
  readonly bytesRead: number;
  readonly bytesStored: number;
}

export interface Settings {
  /** With `lock`, nobody else gets a lock on that name, even if nothing is there yet, before the transaction has ended. */
  get(name: string, lock?: 'lock'): Promise<unknown>;
  /** JSON. Replaces what is there. */
  put(name: string, value: unknown): Promise<void>;
}
