import type { NodeLink } from '#api-client';
import type { Capabilities } from '#domain';
import type { Clock, Logger } from '#kernel';
import type { Agents } from './agents/agents.js';
import type { JobDirectory } from './files/job-directory.js';
import type { Journal } from './journal/journalled-run.js';

/** What a scheduler is made of. */
export interface SchedulerParts {
  readonly link: NodeLink;
  readonly journal: Journal;
  readonly agents: Agents;
  readonly jobDirectory: JobDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly randomBytes: (count: number) => Uint8Array;
  /** 0…1 */
  readonly random: () => number;
}

export interface SchedulerSettings {
  readonly clientId: string;
  readonly hostname: string;
  readonly timezone: string;
  readonly capabilities: Capabilities;
  /** `firn 0.1.0` */
  readonly program: string;
  /** Of this state directory, for good. */
  readonly holder: string;
  readonly apiUrl: string;
  readonly username: string;
  readonly pollMs: number;
  readonly concurrentJobs: number;
  readonly disableExec: boolean;
  /** Between asking an agent to end and killing it. */
  readonly cancelGraceMs: number;
}
