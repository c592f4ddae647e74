import { z } from '#kernel';

const MOST_CHARACTERS = 2048;
/** The answers to a request may come late; the number of requests on their way is bounded for each connection. */
const MOST_CONNECTIONS = 32;

const path = z
  .string()
  .min(1)
  .refine((text) => !hasControl(text), 'must be a path without control characters');

/** How to reach a place on an SSH server. */
export const sftpConfigSchema = z.strictObject({
  container: path
    .max(MOST_CHARACTERS)
    .refine((text) => !text.split('/').includes('..'), 'must not hold ".."')
    .describe(
      'Directory on the server: absolute, or relative to where the user lands at login ("~/" may stand before it).',
    ),
  host: z
    .string()
    .regex(/^[A-Za-z0-9._:%-]+$/, 'must be the name or address of a host')
    .describe('Name or address of the server.'),
  port: z.int().min(1).max(65_535).default(22).describe('TCP port of the server.'),
  user: z
    .string()
    .min(1)
    .refine((text) => !hasControl(text), 'must be a user name')
    .optional()
    .describe('User on the server; the user that runs the command when it is left out.'),
  password: z.string().min(1).optional().describe('Password of the user.'),
  privateKeyFile: path
    .optional()
    .describe(
      'File of the private key; the usual ones in ~/.ssh and those of the agent when it is left out.',
    ),
  passphrase: z.string().min(1).optional().describe('Passphrase of the private key.'),
  agentSocket: path.optional().describe('Socket of an SSH agent that holds the key.'),
  knownHostsFile: path
    .optional()
    .describe('File with the keys of servers that are trusted; ~/.ssh/known_hosts when it is left out.'),
  connections: z
    .int()
    .min(1)
    .max(MOST_CONNECTIONS)
    .default(4)
    .describe('Calls, and connections to the server, at the same time.'),
  timeoutSeconds: z
    .number()
    .positive()
    .max(86_400)
    .default(60)
    .describe('A connection on which no byte moves for so long, while an answer is awaited, is given up.'),
});

export type SftpConfig = z.infer<typeof sftpConfigSchema>;

function hasControl(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /[\0-\x1f\x7f]/.test(text);
}
