import type { Type } from '@nestjs/common';
import { FreezerActionsController } from './freezer-actions.controller.js';
import { FreezerBackupsController } from './freezer-backups.controller.js';
import { FreezerClientsController } from './freezer-clients.controller.js';
import { FreezerJobsController } from './freezer-jobs.controller.js';
import { FreezerSessionsController } from './freezer-sessions.controller.js';
import { VersionsController } from './versions.controller.js';

/** Freezer's API, version 2: translation only, onto the use cases that the native routes have. */
export const freezerControllers: readonly Type[] = [
  VersionsController,
  FreezerActionsController,
  FreezerBackupsController,
  FreezerClientsController,
  FreezerJobsController,
  FreezerSessionsController,
];
