import { deepFrozen } from '../values/deep-frozen.js';
import { refuseProblems } from '../option-problem.js';
import { apiOptions, type ApiOptionValues } from './api-options.js';
import { readProcess, type ProcessRequest } from './read-process.js';

/** Everything that `firn-api` needs to know; secrets from files are read. */
export type ApiConfig = ApiOptionValues;

/** Rejects with one failure that names every problem and its place, as {@link readProcess} and `agentConfig`. */
export async function apiConfig(request: ProcessRequest = {}): Promise<ApiConfig> {
  const { values, problems } = await readProcess(apiOptions, request);
  refuseProblems(problems);
  return deepFrozen(values);
}
