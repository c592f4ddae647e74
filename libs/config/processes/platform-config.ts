import { join } from 'node:path';
import { deepFrozen } from '../values/deep-frozen.js';
import { refuseProblems } from '../option-problem.js';
import { platformOptions, type PlatformOptionValues } from './platform-options.js';
import { readProcess, type ProcessRequest } from './read-process.js';

/** Everything that `firn up` needs to know. */
export type PlatformConfig = Omit<PlatformOptionValues, 'jobsDir'> & { readonly jobsDir: string };

/** Rejects with one failure that names every problem and its place, as {@link readProcess}. */
export async function platformConfig(request: ProcessRequest = {}): Promise<PlatformConfig> {
  const { values, problems } = await readProcess(platformOptions, request);
  refuseProblems(problems);
  return deepFrozen({ ...values, jobsDir: values.jobsDir ?? join(values.stateDir, 'jobs') });
}
