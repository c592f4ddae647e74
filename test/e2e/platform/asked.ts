/** An answer of the API as it came. */
export interface Asked {
  readonly status: number;
  readonly text: string;
  /** Parsed, when it is JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks over HTTP without the client, so that a test sees what others see: `asked(url, 'GET /readyz')`. */
export async function asked(
  url: string,
  line: string,
  { token, body }: { readonly token?: string; readonly body?: unknown } = {},
): Promise<Asked> {
  const [method = '', path = ''] = line.split(' ');
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, body: objectIn(text) };
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
