import { deepFrozen } from '../values/deep-frozen.js';
import { refuseProblems } from '../option-problem.js';
import { cliOptions, type CliOptionValues } from './cli-options.js';
import { readProcess, type ProcessRequest } from './read-process.js';

/** What every command of `firn` that talks to the API needs to know. */
export type CliConfig = CliOptionValues;

/** Rejects with one failure that names every problem and its place, as {@link readProcess}. */
export async function cliConfig(request: ProcessRequest = {}): Promise<CliConfig> {
  const { values, problems } = await readProcess(cliOptions, request);
  refuseProblems(problems);
  return deepFrozen(values);
}
