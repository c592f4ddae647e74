import { z } from '#kernel';
import { isKeyComponent } from '../../object-key.js';

const GIB = 1 << 30;
/** Swift takes objects of up to 5 GiB unless its operator says otherwise; what is larger is a manifest of parts. */
const MOST_PART_BYTES = 5 * GIB - 1;
const MOST_CONTAINER_CHARACTERS = 256;

const text = z.string().min(1);
const address = z.url({
  protocol: /^https?$/,
  error: 'must be an address that begins with http:// or https://',
});

/** Settings of the kind `swift`. */
export const swiftConfig = z
  .strictObject({
    container: text
      .refine(isContainer, 'must be the name of a container, or container/prefix of plain names')
      .describe('Container, or container/prefix; what Firn stores lies below it.'),
    createContainer: z
      .union([z.boolean(), z.stringbool()])
      .default(true)
      .describe('Whether the first backup makes the container when it is missing.'),
    authUrl: address
      .optional()
      .describe('Where to log in: Keystone (https://host:5000/v3), or version 1 (https://host/auth/v1.0).'),
    authVersion: z
      .preprocess(plainVersion, z.enum(['1', '3'], 'must be 1 or 3; version 2 is no more'))
      .optional()
      .describe('Version of the login, 1 or 3; told by authUrl when it is not given.'),
    user: text.optional().describe('Name of the user; account:user with version 1.'),
    userId: text.optional().describe('Id of the user, instead of its name.'),
    password: text.optional().describe('Password of the user; the key with version 1.'),
    userDomainName: text.optional().describe('Domain of the user; "Default" when none is given.'),
    userDomainId: text.optional().describe('Id of the domain of the user, instead of its name.'),
    projectName: text.optional().describe('Project that holds the container.'),
    projectId: text.optional().describe('Id of the project, instead of its name.'),
    projectDomainName: text.optional().describe('Domain of the project; "Default" when none is given.'),
    projectDomainId: text.optional().describe('Id of the domain of the project, instead of its name.'),
    applicationCredentialId: text.optional().describe('Id of an application credential to log in with.'),
    applicationCredentialName: text
      .optional()
      .describe('Name of an application credential of the user, instead of its id.'),
    applicationCredentialSecret: text.optional().describe('Secret of the application credential.'),
    token: text
      .optional()
      .describe('A token to log in with; with storageUrl it is used as it is, without a login.'),
    trustId: text.optional().describe('Trust that gives the rights of another user, instead of a project.'),
    region: text.optional().describe('Region of the object store, where the catalog has several.'),
    interface: z
      .preprocess(plainInterface, z.enum(['public', 'internal', 'admin']))
      .default('public')
      .describe('Which address of the catalog to use: public, internal or admin.'),
    storageUrl: address
      .optional()
      .describe('Address of the account, instead of what the login says (https://host/v1/AUTH_project).'),
    caFile: text
      .optional()
      .describe('File with certificates of authorities (PEM) to trust besides the usual ones.'),
    partSize: z.coerce
      .number()
      .int()
      .min(1)
      .max(MOST_PART_BYTES)
      .default(GIB)
      .describe(
        'Bytes of a part; larger objects are stored as parts with a manifest (static large objects).',
      ),
    connections: z.coerce.number().int().min(1).max(256).default(8).describe('Calls at the same time.'),
    timeoutSeconds: z.coerce
      .number()
      .positive()
      .max(86_400)
      .default(60)
      .describe('Seconds without a byte after which a connection counts as stalled.'),
  })
  .superRefine((config, context) => {
    for (const [key, message] of missingIn(config)) {
      context.addIssue({ code: 'custom', path: [key], message });
    }
  });

export type SwiftConfig = z.output<typeof swiftConfig>;

/** Whether the token is used as it is: there is nothing better, and nothing to ask the login for. */
export function isReady(config: LoginSettings): boolean {
  const { token, storageUrl, user, userId, password, applicationCredentialSecret } = config;
  const hasPassword = (user ?? userId) !== undefined && password !== undefined;
  const isRenewable = hasPassword || applicationCredentialSecret !== undefined;
  return token !== undefined && storageUrl !== undefined && !isRenewable;
}

/** `1` when the path of the address says so, `3` otherwise. */
export function versionOf({
  authVersion,
  authUrl,
}: Pick<LoginSettings, 'authVersion' | 'authUrl'>): '1' | '3' {
  return authVersion ?? (/\/v?1(\.\d)?\/?$/.test(authUrl ?? '') ? '1' : '3');
}

interface LoginSettings {
  readonly authUrl?: string | undefined;
  readonly authVersion?: '1' | '3' | undefined;
  readonly user?: string | undefined;
  readonly userId?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  readonly storageUrl?: string | undefined;
  readonly applicationCredentialId?: string | undefined;
  readonly applicationCredentialName?: string | undefined;
  readonly applicationCredentialSecret?: string | undefined;
}

/** What is missing for a login, by setting. */
function* missingIn(config: LoginSettings): Generator<readonly [setting: string, message: string]> {
  if (isReady(config)) return;
  if (config.authUrl === undefined) yield ['authUrl', 'is needed to log in'];
  const hasUser = (config.user ?? config.userId) !== undefined;
  if (versionOf(config) === '1') {
    if (config.user === undefined) yield ['user', 'is needed for a login of version 1'];
    if (config.password === undefined) yield ['password', 'is needed for a login of version 1'];
    return;
  }
  const { applicationCredentialId: id, applicationCredentialName: name } = config;
  if (id !== undefined || name !== undefined || config.applicationCredentialSecret !== undefined) {
    if (id === undefined && name === undefined)
      yield ['applicationCredentialId', 'is needed beside applicationCredentialSecret'];
    if (config.applicationCredentialSecret === undefined)
      yield ['applicationCredentialSecret', 'is needed to log in with an application credential'];
    if (id === undefined && name !== undefined && !hasUser)
      yield ['user', 'is needed beside applicationCredentialName'];
    return;
  }
  if (config.token !== undefined) return;
  if (!hasUser) yield ['user', 'is needed to log in, or a token, or an application credential'];
  else if (config.password === undefined) yield ['password', 'is needed to log in'];
}

function isContainer(value: string): boolean {
  const [container = '', ...prefix] = value.replace(/\/+$/, '').split('/');
  const isName = container.length > 0 && container.length <= MOST_CONTAINER_CHARACTERS;
  return isName && !/\p{Cc}/u.test(container) && prefix.every(isKeyComponent);
}

/** `3` for `v3`, `3.0` and the number, as people and the environment write it. */
function plainVersion(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value).replace(/^v?(\d)(\.0)?$/, '$1')
    : value;
}

/** `public` for `publicURL`, as the environment of older clients says. */
function plainInterface(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/URL$/, '') : value;
}
