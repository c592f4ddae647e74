/** Options of API, scheduler, platform and operator's command line. */
export { agentEnvironment, environmentForJob } from './agent-environment.js';
export { apiConfig, type ApiConfig } from './api-config.js';
export { apiOptionList } from './api-options.js';
export { cliConfig, type CliConfig } from './cli-config.js';
export { cliOptionList } from './cli-options.js';
export { platformConfig, type PlatformConfig } from './platform-config.js';
export { platformEnvironments, type WholeEnvironment } from './platform-environment.js';
export { platformOptionList } from './platform-options.js';
export { namesOf, secretRefused, type ProcessRequest } from './read-process.js';
export type { ProcessOption } from './process-option.js';
export { schedulerConfig, type SchedulerConfig } from './scheduler-config.js';
export { schedulerOptionList } from './scheduler-options.js';
export { secretText } from './process-values.js';
export { readSecretFile } from './secret-file.js';
