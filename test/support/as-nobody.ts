import type { CommandCall } from '#host';

const NOBODY = 65_534;

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The same command as an ordinary user: as `nobody` when the tests run as root, as it is otherwise. Needs the program
 * `setpriv`; the command must lie where everyone may read it.
 */
export function asNobody(call: CommandCall): CommandCall {
  if (!isRoot()) return call;
  const who = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--inh-caps=-all'];
  return { ...call, program: 'setpriv', args: [...who, '--', call.program, ...call.args] };
}
