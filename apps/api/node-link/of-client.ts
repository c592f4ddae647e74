import { z } from '#kernel';
import { clientIdText } from '#node-protocol';

/** The query of what concerns one client. */
export const ofClient = z.strictObject({ clientId: clientIdText });
export type OfClient = z.infer<typeof ofClient>;
