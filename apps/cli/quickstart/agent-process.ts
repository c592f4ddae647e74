import { fileURLToPath } from 'node:url';
import { runToEnd, systemCommands } from '#host';
import { Failure } from '#kernel';

/** The last line that the agent prints with `--json`. */
export type AgentSummary = Readonly<Record<string, unknown>>;

const MAIN = fileURLToPath(new URL('../../agent/main.js', import.meta.url));

/** Runs the agent as a process of its own, as its users do. Rejects with what it said when it did not succeed. */
export async function runAgent(args: readonly string[], signal: AbortSignal): Promise<AgentSummary> {
  const call = { program: process.execPath, args: ['--enable-source-maps', MAIN, ...args, '--json'] };
  const { exit, stdout, stderr } = await runToEnd(systemCommands, call, { maxOutputBytes: 64 << 20, signal });
  const lines = stdout.toString('utf8').trimEnd().split('\n').map(objectIn);
  const summary = lines.findLast((line) => line['type'] === 'summary');
  if (exit.code === 0 && summary?.['state'] === 'succeeded') return summary;
  const failure = lines.findLast((line) => line['type'] === 'failure');
  const why = failure ? `${String(failure['code'])}: ${String(failure['message'])}` : stderr.trim();
  throw new Failure('command.failed', `firn-agent ${args[0] ?? ''} did not succeed: ${why}`, {
    exit,
    failure,
  });
}

function objectIn(line: string): AgentSummary {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // Not ours: Node itself may print a warning.
    return {};
  }
}
