import { addLogin } from '../api-commands/login.js';
import { addAction } from '../api-commands/resources/action.js';
import { addBackup } from '../api-commands/resources/backup.js';
import { addClient } from '../api-commands/resources/client.js';
import { addJob } from '../api-commands/resources/job.js';
import { addRun } from '../api-commands/resources/run.js';
import { addSession } from '../api-commands/resources/session.js';
import { addStorage } from '../api-commands/resources/storage.js';
import { addUser } from '../api-commands/resources/user.js';
import { addRestore } from '../api-commands/restore.js';
import type { AddCommand } from '../cli.js';
import { addCompletion } from './completion.js';
import { addQuickstart } from './add-quickstart.js';
import { addUp } from './add-up.js';

/** Every command of `firn`, in the order of its help. */
export const commands: readonly AddCommand[] = [
  addUp,
  addLogin,
  addClient,
  addJob,
  addRun,
  addBackup,
  addRestore,
  addAction,
  addStorage,
  addSession,
  addUser,
  addQuickstart,
  addCompletion,
];
