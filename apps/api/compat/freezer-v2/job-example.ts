/** The job of the examples. */
export const EXAMPLE_JOB = {
  client_id: 'web1',
  description: 'pages of the shop',
  job_actions: [
    {
      freezer_action: {
        action: 'backup',
        mode: 'fs',
        path_to_backup: '/var/www',
        backup_name: 'www',
        container: '/srv/backups',
        storage: 'local',
      },
      max_retries: 2,
      max_retries_interval: 60,
    },
  ],
  job_schedule: { schedule_interval: '1 days' },
};
