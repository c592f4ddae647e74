/** The use cases of the control plane, one a file: may the actor? then one transaction: read, rule of the domain, write. */
export type { ControlParts, EndpointWish, JobWithActions, ListOptions, StorageKnowledge } from './parts.js';

export { registerClient } from './clients/register-client.js';
export { createClient } from './clients/create-client.js';
export { updateClient } from './clients/update-client.js';
export { getClient } from './clients/get-client.js';
export { listClients } from './clients/list-clients.js';
export { deleteClient } from './clients/delete-client.js';

export { createAction } from './actions/create-action.js';
export { replaceAction } from './actions/replace-action.js';
export { updateAction } from './actions/update-action.js';
export { getAction } from './actions/get-action.js';
export { listActions } from './actions/list-actions.js';
export { deleteAction } from './actions/delete-action.js';

export { createJob } from './jobs/create-job.js';
export { replaceJob } from './jobs/replace-job.js';
export { updateJob } from './jobs/update-job.js';
export { getJob } from './jobs/get-job.js';
export { listJobs, type JobListOptions } from './jobs/list-jobs.js';
export { deleteJob } from './jobs/delete-job.js';
export { sendJobEvent } from './jobs/send-job-event.js';
export { recordJobState, type JobState } from './jobs/record-job-state.js';
export { pollJobs } from './jobs/poll-jobs.js';
export { putJobFile } from './jobs/put-job-file.js';
export { removeJobFile } from './jobs/remove-job-file.js';
export { acknowledgeJob } from './jobs/acknowledge-job.js';

export { createSession } from './sessions/create-session.js';
export { replaceSession } from './sessions/replace-session.js';
export { updateSession } from './sessions/update-session.js';
export { getSession } from './sessions/get-session.js';
export { listSessions } from './sessions/list-sessions.js';
export { deleteSession } from './sessions/delete-session.js';
export { addSessionJob } from './sessions/add-session-job.js';
export { removeSessionJob } from './sessions/remove-session-job.js';

export { listRuns, type RunListOptions } from './runs/list-runs.js';
export { getRun } from './runs/get-run.js';
export { cancelRun } from './runs/cancel-run.js';
export { claimOccurrence } from './runs/claim-occurrence.js';
export { heartbeatRun } from './runs/heartbeat-run.js';
export { reportRun } from './runs/report-run.js';

export { recordBackup } from './backups/record-backup.js';
export { getBackup } from './backups/get-backup.js';
export { listBackups, type BackupListOptions } from './backups/list-backups.js';
export { updateBackup } from './backups/update-backup.js';
export { deleteBackup } from './backups/delete-backup.js';
export { requestRestore } from './restores/request-restore.js';

export { createEndpoint } from './storages/create-endpoint.js';
export { updateEndpoint } from './storages/update-endpoint.js';
export { getEndpoint } from './storages/get-endpoint.js';
export { listEndpoints } from './storages/list-endpoints.js';
export { deleteEndpoint } from './storages/delete-endpoint.js';
export { endpointsForRun } from './storages/endpoints-for-run.js';
export { authenticate } from './identity/authenticate.js';
export { bootstrap, resetAdministrator } from './identity/bootstrap.js';
export { ensureServiceUser } from './identity/ensure-service-user.js';
export { createUser } from './identity/create-user.js';
export { listUsers, type UserListOptions } from './identity/list-users.js';
export { getUser } from './identity/get-user.js';
export { deleteUser } from './identity/delete-user.js';
export { setPassword } from './identity/set-password.js';
export { signingKey } from './identity/signing-key.js';

export { duties, dutyHandlers, type Duty } from './duties/duties.js';
export { settleLostRuns } from './duties/settle-lost-runs.js';
export { forgetOldRuns } from './duties/forget-old-runs.js';
export { platformTotals, type PlatformTotals } from './platform-totals.js';
