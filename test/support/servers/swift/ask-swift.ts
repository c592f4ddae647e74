/** What Swift's own protocol says, past every driver. */
export interface SwiftAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface SwiftToken {
  readonly token: string;
  /** Address of the account. */
  readonly storageUrl: string;
}

/** A login of version 1. */
export async function swiftToken(
  auth: Readonly<Record<'authUrl' | 'user' | 'key', string>>,
): Promise<SwiftToken> {
  const { headers } = await fetch(auth.authUrl, {
    headers: { 'x-auth-user': auth.user, 'x-auth-key': auth.key },
  });
  return { token: headers.get('x-auth-token') ?? '', storageUrl: headers.get('x-storage-url') ?? '' };
}

/** A request of that login; the path is below the account, encoded. */
export async function askSwift(
  auth: Readonly<Record<'authUrl' | 'user' | 'key', string>>,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<SwiftAnswer> {
  const { token, storageUrl } = await swiftToken(auth);
  const answer = await fetch(storageUrl + path, {
    ...{ method, headers: { ...headers, 'x-auth-token': token } },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
