import type { SwiftConfig } from '../swift-config.js';

const DEFAULT_DOMAIN = 'Default';

/** What Keystone is asked for a token: who one is, and whose rights one wants. */
export function keystoneRequest(config: SwiftConfig): object {
  const scope = scopeOf(config);
  return { auth: { identity: identityOf(config), ...(scope && { scope }) } };
}

/** A password is better than a token, which cannot be renewed when it ends. */
function identityOf(config: SwiftConfig): object {
  const { applicationCredentialId: id, applicationCredentialName: name, password, token } = config;
  if (id !== undefined || name !== undefined) {
    const secret = config.applicationCredentialSecret;
    const credential = id === undefined ? { name, secret, user: userOf(config) } : { id, secret };
    return { methods: ['application_credential'], application_credential: credential };
  }
  if (password !== undefined && (config.user ?? config.userId) !== undefined) {
    return { methods: ['password'], password: { user: { ...userOf(config), password } } };
  }
  return { methods: ['token'], token: { id: token } };
}

function userOf({ userId, user, userDomainId, userDomainName }: SwiftConfig): object {
  return userId === undefined
    ? { name: user, domain: domainOf(userDomainId, userDomainName) }
    : { id: userId };
}

/** An application credential is of one project by itself. */
function scopeOf(config: SwiftConfig): object | undefined {
  const { trustId, projectId, projectName, projectDomainId, projectDomainName } = config;
  if ((config.applicationCredentialId ?? config.applicationCredentialName) !== undefined) return undefined;
  if (trustId !== undefined) return { 'OS-TRUST:trust': { id: trustId } };
  if (projectId !== undefined) return { project: { id: projectId } };
  if (projectName === undefined) return undefined;
  return { project: { name: projectName, domain: domainOf(projectDomainId, projectDomainName) } };
}

function domainOf(id: string | undefined, name: string = DEFAULT_DOMAIN): object {
  return id === undefined ? { name } : { id };
}
