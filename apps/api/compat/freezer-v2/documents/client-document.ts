import type { Capabilities, Client } from '#domain';
import { z } from '#kernel';
import { clientIdText, type ClientRequest } from '#node-protocol';
import { withoutNulls } from './without-nulls.js';

const names = z.array(z.string().max(255)).max(100).nullish();

/** What registers a client. Further keys are let pass, as Freezer does. */
export const freezerClientInfo = z
  .looseObject({
    client_id: clientIdText,
    hostname: z.string().max(255).nullish(),
    description: z.string().max(1000).nullish(),
    supported_actions: names,
    supported_modes: names,
    supported_storages: names,
    supported_engines: names,
    is_central: z.boolean().nullish(),
  })
  .meta({ id: 'FreezerClientInfo' });
export type FreezerClientInfo = z.infer<typeof freezerClientInfo>;

export const freezerClient = z
  .object({
    project_id: z.string(),
    user_id: z.string(),
    client: z.object({
      uuid: z.string(),
      client_id: z.string(),
      hostname: z.string(),
      description: z.string(),
      is_central: z.boolean(),
      supported_actions: z.array(z.string()),
      supported_modes: z.array(z.string()),
      supported_storages: z.array(z.string()),
      supported_engines: z.array(z.string()),
    }),
  })
  .meta({ id: 'FreezerClient' });
export type FreezerClient = z.infer<typeof freezerClient>;

export function freezerClientOf(client: Client): FreezerClient {
  const { actions, modes, storages, engines } = client.capabilities;
  return {
    project_id: client.project,
    user_id: client.userId,
    client: {
      uuid: client.id,
      client_id: client.clientId,
      hostname: client.hostname,
      description: client.description,
      is_central: client.central,
      supported_actions: [...actions],
      supported_modes: [...modes],
      supported_storages: [...storages],
      supported_engines: [...engines],
    },
  };
}

/**
 * What a registration asks for. One that comes again says anew what the client can do and what it is, but not the name of
 * its host; a list of abilities that is left out means all there are.
 */
export function clientRequestOf(
  info: FreezerClientInfo,
  before: Client | undefined,
  all: Capabilities,
): ClientRequest {
  return {
    clientId: info.client_id,
    hostname: before?.hostname ?? (info.hostname || info.client_id),
    ...withoutNulls({ description: info.description, central: info.is_central }),
    capabilities: {
      actions: [...(info.supported_actions ?? all.actions)],
      modes: [...(info.supported_modes ?? all.modes)],
      storages: [...(info.supported_storages ?? all.storages)],
      engines: [...(info.supported_engines ?? all.engines)],
    },
  };
}
