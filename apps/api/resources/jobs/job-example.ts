import { idText } from '#node-protocol';

/** The job of the examples, for the client of the examples. */
export const exampleJob = {
  id: 'www-every-night',
  clientId: 'web1',
  description: 'pages of the shop',
  actions: [
    {
      settings: {
        action: 'backup',
        path_to_backup: '/var/www',
        backup_name: 'www',
        container: '/srv/backups',
        max_level: 6,
      },
      maxRetries: 2,
    },
  ],
  schedule: { hour: '2', minute: '30' },
};

/** The id of a job in a path. */
export const jobId = idText.meta({ example: exampleJob.id });
