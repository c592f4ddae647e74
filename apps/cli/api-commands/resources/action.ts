import type { ActionSpec, ActionView } from '#node-protocol';
import type { AddCommand } from '../../cli.js';
import { addResource, type ResourceCommands } from './resource-commands.js';

const actions: ResourceCommands<ActionView> = {
  name: 'action',
  one: 'an action',
  many: 'actions',
  summary: 'Actions: what jobs do, by settings of firn-agent',
  afterwards: 'jobs that use it lose it',
  missing: 'action.missing',
  columns: [
    ['ID', (action) => action.id, 'id'],
    ['DOES', (action) => word(action, 'action')],
    ['NAME', (action) => word(action, 'backup_name')],
    ['RETRIES', (action) => String(action.maxRetries)],
    ['WHAT', (action) => word(action, 'path_to_backup', 'restore_abs_path', 'command')],
    ['CONTAINER', (action) => word(action, 'container')],
    ['MANDATORY', (action) => (action.mandatory ? 'yes' : '')],
  ],
  views: (api) => api.actions,
  create: {
    examples: [
      'firn action create --file action.yaml',
      `echo '{settings: {action: verify, container: /srv/backups}}' | firn action create --file -`,
    ],
    act: ({ api, cli }, document) => api.actions.create(document as ActionSpec, cli.signal),
  },
  update: ({ api, cli }, id, document) => api.actions.update(id, document as Partial<ActionSpec>, cli.signal),
  remove: (api, id, signal) => api.actions.remove(id, signal),
};

/** The first of these settings that is there; people write them with `_`, with `-` and in camel case. */
function word({ settings }: ActionView, ...names: readonly string[]): string {
  const plain = (name: string) => name.replace(/[_-]/g, '').toLowerCase();
  const found = Object.entries(settings).find(([key]) => names.some((name) => plain(name) === plain(key)));
  return typeof found?.[1] === 'string' ? found[1] : '';
}

/** `firn action` */
export const addAction: AddCommand = (program, cli) => void addResource(program, cli, actions);
