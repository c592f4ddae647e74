import { startService, type ServiceProcess } from '#test/support';

/** A real `firn-api`, as a process of its own. */
export interface ApiProcess extends ServiceProcess {
  /** Where it listens; rejects when it ends before. */
  readonly url: Promise<string>;
}

export async function startApiProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ApiProcess> {
  const api = await startService('api', args, { env });
  const url = api.until('listening', ({ out }) => /^firn-api listens on (\S+)$/m.exec(out.join('\n'))?.[1]);
  // Not every test waits for it.
  url.catch(() => undefined);
  return Object.assign(api, { url });
}
