import type { Client } from '#domain';
import type { ClientView } from '#node-protocol';
import { text } from './text.js';

export function clientView({ userId: _userId, ...client }: Client): ClientView {
  const { actions, modes, storages, engines } = client.capabilities;
  return {
    ...client,
    capabilities: {
      actions: [...actions],
      modes: [...modes],
      storages: [...storages],
      engines: [...engines],
    },
    seenAt: text(client.seenAt),
    createdAt: text(client.createdAt),
    updatedAt: text(client.updatedAt),
  };
}
