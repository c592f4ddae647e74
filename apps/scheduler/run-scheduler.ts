import { schedulerConfig, schedulerOptionList, type SchedulerConfig } from '#config';
import { runService, type ServiceProgram } from '../process/run-service.js';

/** Runs the scheduler until it is told to stop; resolves with its exit code, and never rejects. */
export function runScheduler(argv: readonly string[]): Promise<number> {
  return runService(program, argv);
}

const program: ServiceProgram<SchedulerConfig> = {
  name: 'firn-scheduler',
  summary: 'Runs the jobs of this machine: asks the API for them, reads job files, and starts firn-agent',
  options: schedulerOptionList,
  examples: [
    'firn-scheduler --api-url https://backup.example.org --username web1 --password-file /etc/firn/password',
    'firn-scheduler --credentials-file /etc/firn/account.json --jobs-dir /etc/firn/jobs.d --concurrent-jobs 4',
  ],
  config: schedulerConfig,
  stopping: 'stopping; takes no new work',
  async work(config, { logger, stopping }) {
    const { compose } = await import('./compose.js');
    await using scheduler = await compose(config, logger, stopping);
    await scheduler.run();
  },
  notes: [
    '',
    'SIGTERM and SIGINT stop it: it takes no new work, waits --stop-grace-seconds for agents that run, and ends with 0.',
    'Agents that are not done by then go on by themselves; the next start finds them and reports what they did. A',
    'service manager that ends them as well must leave them alone (systemd: KillMode=process).',
  ],
};
