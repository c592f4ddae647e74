import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface Asked {
  readonly token?: string | undefined;
  /** JSON; text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The JSON of the answer; empty when it is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks a real API over the network: `ask(api.url, 'GET /api/v1/jobs', { token })`. */
export function ask(url: string, line: string, { token, body, headers }: Asked = {}): Promise<Answer> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      url + path,
      {
        method,
        agent: false,
        headers: {
          ...(text !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, body: parsed(text) });
        });
      },
    );
    asked.on('error', reject);
    asked.end(text);
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
