import type { StoragePatch, StorageRequest, StorageView } from '#node-protocol';
import type { AddCommand } from '../../cli.js';
import { showList, showOne } from '../../output/show.js';
import { addApiCommand } from '../api-command.js';
import { addResource, type ResourceCommands } from './resource-commands.js';

const storages: ResourceCommands<StorageView> = {
  name: 'storage',
  one: 'a storage',
  many: 'storages',
  summary: 'Storages: where backups are kept, under names that jobs say',
  exampleId: 'office',
  afterwards: 'what is stored there stays',
  missing: 'storage.missing',
  columns: [
    ['NAME', (storage) => storage.name],
    ['KIND', (storage) => storage.kind],
    ['CONTAINER', ({ settings: { container } }) => (typeof container === 'string' ? container : '')],
    ['SECRETS', ({ secrets }) => Object.keys(secrets).join(', ')],
    ['DESCRIPTION', (storage) => storage.description],
    ['ID', (storage) => storage.id, 'id'],
  ],
  views: (api) => api.storages,
  called: (storage) => storage.name,
  create: {
    examples: [
      'firn storage create --file storage.yaml',
      `echo '{name: cloud, address: "s3://bucket/backups?region=eu-central-1"}' | firn storage create --file -`,
    ],
    notes: [
      'Secrets stand below "secrets", each as {value: …}, which the API seals and never shows again, or as {file: …} or',
      '{variable: …}, which the client is to look into.',
    ],
    act: ({ api, cli }, document) => api.storages.create(document as StorageRequest, cli.signal),
  },
  update: ({ api, cli }, id, document) => api.storages.update(id, document as StoragePatch, cli.signal),
  remove: (api, id, signal) => api.storages.remove(id, signal),
};

/** `firn storage`, also with `kinds`. */
export const addStorage: AddCommand = (program, cli) => {
  const storage = addResource(program, cli, storages);
  addApiCommand(storage, cli, {
    usage: 'kinds [kind]',
    summary: 'List the kinds of storage, or show one with its settings',
    examples: ['firn storage kinds', 'firn storage kinds sftp --json'],
    async run(context) {
      const { api, words } = context;
      const [kind] = words;
      if (kind !== undefined) return showOne(context, await api.storageKinds.get(kind, cli.signal));
      const kinds = await api.storageKinds.list({}, cli.signal);
      showList(
        context,
        {
          many: 'kinds',
          columns: [
            ['KIND', (one) => one.kind],
            ['WHAT IT IS', (one) => one.summary],
            ['ADDRESS', (one) => one.examples[0]],
          ],
        },
        kinds,
      );
    },
  });
};
