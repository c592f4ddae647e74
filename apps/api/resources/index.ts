import type { Type } from '@nestjs/common';
import { freezerControllers } from '../compat/freezer-v2/index.js';
import { ActionsController } from './actions/actions.controller.js';
import { BackupsController } from './backups/backups.controller.js';
import { ClientsController } from './clients/clients.controller.js';
import { JobEventsController } from './jobs/job-events.controller.js';
import { JobsController } from './jobs/jobs.controller.js';
import { RestoresController } from './restores/restores.controller.js';
import { RunsController } from './runs/runs.controller.js';
import { SessionJobsController } from './sessions/session-jobs.controller.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { StorageKindsController } from './storages/storage-kinds.controller.js';
import { StoragesController } from './storages/storages.controller.js';
import { UsersController } from './users/users.controller.js';

/** Controllers of the resources, one folder each; a new one is a line here. */
export const resourceControllers: readonly Type[] = [
  ActionsController,
  BackupsController,
  ClientsController,
  JobsController,
  JobEventsController,
  RestoresController,
  RunsController,
  SessionsController,
  SessionJobsController,
  StoragesController,
  StorageKindsController,
  UsersController,
  ...freezerControllers,
];
