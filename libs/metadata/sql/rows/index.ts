import { ActionRow } from './action-row.js';
import { BackupRow } from './backup-row.js';
import { ClientRow } from './client-row.js';
import { EndpointRow } from './endpoint-row.js';
import { JobRow } from './job-row.js';
import { RunRow } from './run-row.js';
import { SessionRow } from './session-row.js';
import { SettingRow } from './setting-row.js';
import { UserRow } from './user-row.js';

export { ActionRow, BackupRow, ClientRow, EndpointRow, JobRow, RunRow, SessionRow, SettingRow, UserRow };

export const ROWS = [
  ActionRow,
  BackupRow,
  ClientRow,
  EndpointRow,
  JobRow,
  RunRow,
  SessionRow,
  SettingRow,
  UserRow,
];
