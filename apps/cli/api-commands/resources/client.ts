import type { ClientPatch, ClientRequest, ClientView } from '#node-protocol';
import type { AddCommand } from '../../cli.js';
import { shortTime } from '../../output/moments.js';
import { addResource, type ResourceCommands } from './resource-commands.js';

const clients: ResourceCommands<ClientView> = {
  name: 'client',
  one: 'a client',
  many: 'clients',
  summary: 'Clients: the machines whose schedulers have registered',
  exampleId: 'web1',
  missing: 'client.missing',
  columns: [
    ['CLIENT', (client) => client.clientId],
    ['HOSTNAME', (client) => client.hostname],
    ['PROGRAM', (client) => client.program],
    ['LAST SEEN', (client) => shortTime(client.seenAt)],
    ['DESCRIPTION', (client) => client.description],
  ],
  views: (api) => api.clients,
  called: (client) => client.clientId,
  create: {
    examples: [
      'firn client create --file client.yaml',
      `echo '{clientId: web1, hostname: web1.example.org}' | firn client create --file -`,
    ],
    notes: ['A scheduler registers its client by itself; this is for jobs that are to be there before.'],
    act: ({ api, cli }, document) => api.clients.create(document as ClientRequest, cli.signal),
  },
  update: ({ api, cli }, id, document) => api.clients.update(id, document as ClientPatch, cli.signal),
  remove: (api, id, signal) => api.clients.remove(id, signal),
};

/** `firn client` */
export const addClient: AddCommand = (program, cli) => void addResource(program, cli, clients);
