/** What API, schedulers, agents and people's programs say to each other: schemas and the types made from them. */
export { agentEvent, agentEventIn, type AgentEvent } from './agent/agent-events.js';
export { bytes, clientIdText, count, idText, moment, type Wire } from './fields.js';
export {
  actionOfFreezer,
  freezerJob,
  freezerJobAction,
  freezerPath,
  examineFreezerJob,
  jobSpecOfFreezer,
  looksLikeFreezerJob,
  type FreezerJob,
  type FreezerJobAction,
} from './freezer/freezer-job.js';
export {
  freezerSchedule,
  freezerScheduleOf,
  scheduleOfFreezer,
  type FreezerSchedule,
} from './freezer/freezer-schedule.js';
export * from './node-link/node-link.js';
export * from './resources/job-document.js';
export * from './resources/requests.js';
export * from './resources/storages.js';
export * from './resources/views.js';
