import { JOB_EVENTS, ROLES } from '#domain';
import { z } from '#kernel';
import { clientIdText, count, idText } from '../fields.js';
import { scheduleDocument } from './job-document.js';

export const loginRequest = z
  .strictObject({ username: z.string().min(1).max(64), password: z.string().min(1).max(1024) })
  .meta({ id: 'LoginRequest' });

export const tokenView = z
  .object({
    token: z.string(),
    expiresAt: z.iso.datetime(),
    user: z.object({
      id: z.string(),
      name: z.string(),
      project: z.string(),
      roles: z.array(z.enum(ROLES)),
    }),
  })
  .meta({ id: 'Token' });

export const userRequest = z
  .strictObject({
    name: z.string().regex(/^[\w.@-]{1,64}$/, 'must be 1 to 64 letters, digits, ".", "@", "-" or "_"'),
    project: idText.optional().describe('that of the one who asks when it is missing'),
    roles: z.array(z.enum(ROLES)).min(1),
    password: z.string().min(12).max(1024).optional().describe('made, and answered once, when it is missing'),
  })
  .meta({ id: 'UserRequest' });

export const passwordRequest = z
  .strictObject({ password: z.string().min(12).max(1024).optional() })
  .meta({ id: 'PasswordRequest' });

export const capabilitiesRequest = z.strictObject({
  actions: z.array(z.string()).max(100),
  modes: z.array(z.string()).max(100),
  storages: z.array(z.string()).max(100),
  engines: z.array(z.string()).max(100),
});

export const clientRequest = z
  .strictObject({
    clientId: clientIdText,
    hostname: z.string().min(1).max(255),
    description: z.string().max(1000).optional(),
    capabilities: capabilitiesRequest.optional(),
    central: z.boolean().optional(),
    timezone: z.string().max(64).optional(),
  })
  .meta({ id: 'ClientRequest' });

export const clientPatch = clientRequest.omit({ clientId: true }).partial().meta({ id: 'ClientPatch' });

export const jobEventRequest = z.strictObject({ event: z.enum(JOB_EVENTS) }).meta({ id: 'JobEventRequest' });
export const jobEventReply = z.object({ result: z.string() }).meta({ id: 'JobEventReply' });

export const sessionRequest = z
  .strictObject({
    id: idText.optional(),
    description: z.string().max(1000).optional(),
    schedule: scheduleDocument.optional(),
    holdOff: count.max(86_400).optional().describe('seconds; 30 when it is missing'),
  })
  .meta({ id: 'SessionRequest' });
export const sessionPatch = sessionRequest.omit({ id: true }).partial().meta({ id: 'SessionPatch' });

/** A backup made elsewhere that the API is to remember. */
export const backupRequest = z
  .strictObject({
    clientId: clientIdText.optional(),
    metadata: z
      .looseObject({
        container: z.string().min(1),
        hostname: z.string().min(1),
        backup_name: z.string().min(1),
      })
      .describe('what firn-agent backup --metadata-out writes'),
  })
  .meta({ id: 'BackupRequest' });
export const backupPatch = z
  .strictObject({
    status: z.enum(['creating', 'available', 'error', 'deleting', 'deleted']).optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'BackupPatch' });

/** Asks a client to restore a backup; answered with the job that does it. */
export const restoreRequest = z
  .strictObject({
    backupId: z.string().min(1).describe('id of the record, or of the stored backup'),
    target: z.string().startsWith('/', 'must be an absolute path').describe('directory on the client'),
    clientId: clientIdText.optional().describe('the client that made the backup when it is missing'),
    include: z.array(z.string()).max(1000).optional(),
    settings: z.record(z.string(), z.unknown()).optional().describe('further options of firn-agent restore'),
  })
  .meta({ id: 'RestoreRequest' });

/** RFC 9457. */
export const problemDocument = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    hint: z.string(),
    instance: z.string().optional(),
    problems: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    context: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem' });

export type LoginRequest = z.infer<typeof loginRequest>;
export type TokenView = z.infer<typeof tokenView>;
export type UserRequest = z.infer<typeof userRequest>;
export type ClientRequest = z.infer<typeof clientRequest>;
export type ClientPatch = z.infer<typeof clientPatch>;
export type SessionRequest = z.infer<typeof sessionRequest>;
export type SessionPatch = z.infer<typeof sessionPatch>;
export type BackupRequest = z.infer<typeof backupRequest>;
export type BackupPatch = z.infer<typeof backupPatch>;
export type RestoreRequest = z.infer<typeof restoreRequest>;
export type ProblemDocument = z.infer<typeof problemDocument>;
