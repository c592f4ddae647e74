import { apiConfig, apiOptionList, type ApiConfig } from '#config';
import { runService, type ServiceProgram } from '../process/run-service.js';

/** Runs the API until it is told to stop; resolves with its exit code, and never rejects. */
export function runApi(argv: readonly string[]): Promise<number> {
  return runService(program, argv);
}

const program: ServiceProgram<ApiConfig> = {
  name: 'firn-api',
  summary: 'The central API: stores jobs, runs and backups, and tells schedulers what there is to do',
  options: apiOptionList,
  examples: [
    'firn-api',
    'firn-api --state-dir /srv/firn --host 0.0.0.0',
    'DATABASE_URL=postgres://firn@db.example.org/firn firn-api --roles worker',
  ],
  config: apiConfig,
  stopping: 'stopping',
  async work(config, { logger, stopping, out }) {
    // What is heavy is not loaded for a help or a refusal.
    const { workUntil } = await import('./work-until.js');
    await workUntil(stopping, config, logger, out);
    logger.info('stopped');
  },
  notes: [
    '',
    'Without a database of its own choice it brings one, in the state directory.',
    'SIGTERM stops it: requests that are being answered get ten seconds.',
  ],
};
