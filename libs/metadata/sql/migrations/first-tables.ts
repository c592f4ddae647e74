import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  `CREATE TABLE firn.clients (
    id text COLLATE "C" PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    user_id text NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    hostname text NOT NULL,
    description text NOT NULL,
    capabilities json NOT NULL,
    central boolean NOT NULL,
    timezone text,
    program text,
    seen_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE firn.actions (
    id text COLLATE "C" PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    user_id text NOT NULL,
    settings json NOT NULL,
    max_retries bigint NOT NULL,
    max_retries_interval bigint NOT NULL,
    mandatory boolean NOT NULL,
    made_for text COLLATE "C",
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE firn.jobs (
    id text COLLATE "C" PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    user_id text NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    description text NOT NULL,
    actions text[] COLLATE "C" NOT NULL,
    schedule json NOT NULL,
    origin json NOT NULL,
    activation_count bigint NOT NULL,
    activation_at timestamptz NOT NULL,
    event text,
    status text NOT NULL,
    result text,
    started_at timestamptz,
    ended_at timestamptz,
    session_id text COLLATE "C",
    session_tag bigint NOT NULL,
    revision bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE firn.sessions (
    id text COLLATE "C" PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    user_id text NOT NULL,
    description text NOT NULL,
    schedule json NOT NULL,
    jobs json NOT NULL,
    tag bigint NOT NULL,
    hold_off bigint NOT NULL,
    status text NOT NULL,
    result text NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  // Heartbeats write a row again and again: with room on its page, no index has to follow.
  `CREATE TABLE firn.runs (
    id text COLLATE "C" PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    job_id text COLLATE "C" NOT NULL,
    client_id text COLLATE "C" NOT NULL,
    occurrence text COLLATE "C" NOT NULL,
    due_at timestamptz NOT NULL,
    job_revision bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    fence bigint NOT NULL,
    holder text NOT NULL,
    claim_id text NOT NULL,
    lease_until timestamptz NOT NULL,
    claimed_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    heartbeat_at timestamptz,
    attempts json NOT NULL,
    progress json,
    cancel_requested_at timestamptz,
    cancel_requested_by text,
    exit_code bigint,
    failure json,
    bytes_read bigint NOT NULL,
    bytes_stored bigint NOT NULL,
    was_lost boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  ) WITH (fillfactor = 80)`,
  `CREATE TABLE firn.backups (
    id text COLLATE "C" PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    user_id text NOT NULL,
    client_id text COLLATE "C",
    job_id text COLLATE "C",
    run_id text COLLATE "C",
    status text NOT NULL,
    metadata json NOT NULL,
    backup_name text COLLATE "C",
    stored_id text COLLATE "C",
    container text COLLATE "C",
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE firn.users (
    id text COLLATE "C" PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    project text COLLATE "C" NOT NULL,
    roles text[] NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  `CREATE TABLE firn.settings (
    name text COLLATE "C" PRIMARY KEY,
    content json NOT NULL
  )`,
];

const INDEXES = [
  'CREATE UNIQUE INDEX clients_project_client_id ON firn.clients (project, client_id)',
  'CREATE INDEX clients_client_id ON firn.clients (client_id)',
  'CREATE INDEX actions_project_created ON firn.actions (project, created_at, id)',
  'CREATE INDEX jobs_project_created ON firn.jobs (project, created_at, id)',
  'CREATE INDEX jobs_client_created ON firn.jobs (client_id, created_at, id)',
  'CREATE INDEX jobs_session ON firn.jobs (session_id)',
  'CREATE INDEX jobs_actions ON firn.jobs USING gin (actions)',
  'CREATE INDEX sessions_project_created ON firn.sessions (project, created_at, id)',
  'CREATE UNIQUE INDEX runs_job_occurrence ON firn.runs (job_id, occurrence)',
  'CREATE INDEX runs_job_created ON firn.runs (job_id, created_at, id)',
  'CREATE INDEX runs_project_created ON firn.runs (project, created_at, id)',
  'CREATE INDEX runs_client_created ON firn.runs (client_id, created_at, id)',
  'CREATE INDEX runs_state_created ON firn.runs (state, created_at, id)',
  'CREATE INDEX runs_created ON firn.runs (created_at, id)',
  'CREATE INDEX runs_cancel ON firn.runs (client_id, state) WHERE cancel_requested_at IS NOT NULL',
  'CREATE UNIQUE INDEX backups_run_stored ON firn.backups (run_id, stored_id)',
  'CREATE INDEX backups_project_created ON firn.backups (project, created_at, id)',
  'CREATE INDEX backups_client_created ON firn.backups (client_id, created_at, id)',
  'CREATE INDEX backups_job_created ON firn.backups (job_id, created_at, id)',
  'CREATE INDEX backups_name ON firn.backups USING hash (backup_name)',
  'CREATE INDEX backups_stored ON firn.backups USING hash (stored_id)',
  'CREATE INDEX backups_container ON firn.backups USING hash (container)',
  'CREATE UNIQUE INDEX users_name ON firn.users (name)',
];

export class FirstTables1795132800000 implements MigrationInterface {
  readonly name = 'FirstTables1795132800000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...INDEXES]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE firn.settings, firn.users, firn.backups, firn.runs, firn.sessions, firn.jobs, firn.actions, firn.clients',
    );
  }
}
