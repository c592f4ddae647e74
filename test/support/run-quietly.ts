import { runToEnd, systemCommands } from '#host';

/** Runs a program of the system; says whether it went well. */
export async function runQuietly(
  program: string,
  args: readonly string[],
  { cwd, input }: { readonly cwd?: string; readonly input?: string | Buffer } = {},
): Promise<boolean> {
  const call = { program, args, ...(cwd !== undefined && { cwd }) };
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const { exit } = await runToEnd(systemCommands, call, bytes ? { input: bytes } : {});
  return exit.code === 0;
}
