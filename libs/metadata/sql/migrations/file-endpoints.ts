import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  `CREATE TABLE firn.file_endpoints (
    id text COLLATE "C" PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    user_id text NOT NULL,
    name text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    description text NOT NULL,
    settings json NOT NULL,
    secrets json NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  )`,
  'CREATE UNIQUE INDEX file_endpoints_project_name ON firn.file_endpoints (project, name)',
  'CREATE INDEX file_endpoints_project_created ON firn.file_endpoints (project, created_at, id)',
];

export class FileEndpoints1795190400000 implements MigrationInterface {
  readonly name = 'FileEndpoints1795190400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE firn.file_endpoints');
  }
}
