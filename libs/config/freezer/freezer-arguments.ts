import { agentAction } from '../agent-option.js';
import { freezerObjection } from './freezer-options.js';
import { meaningOf, STORAGE_OPTION } from '../option-names.js';
import { refuseProblems, type OptionProblem } from '../option-problem.js';

const OVERWRITE = '--overwrite';

/**
 * A command line with Freezer's spellings as one of ours: `--action restore --restore_abs_path=/x --mode fs` becomes
 * `restore --restore-abs-path=/x`. What is after `--`, what is unknown and what is ours already stays as it is. Rejects
 * with `input.unknown-option` for options of Freezer that Firn does not have.
 */
export function canonicalArguments(given: readonly string[]): readonly string[] {
  const ours: string[] = [];
  const problems: OptionProblem[] = [];
  let action: string | undefined;
  for (let at = 0; at < given.length; at += 1) {
    const argument = given[at] ?? '';
    if (argument === '--') {
      ours.push(...given.slice(at));
      break;
    }
    const { name, attached } = parts(argument);
    const meant = argument.startsWith('--') ? meaningOf(name) : undefined;
    if (meant?.kind === 'freezer') {
      const value = meant.option.flag ? 'true' : (attached ?? given[(at += 1)]);
      const objection = freezerObjection(meant.option, value);
      if (objection) problems.push({ code: 'input.unknown-option', path: name, message: objection });
    } else if (meant?.kind === 'secret') {
      if (attached === undefined) at += 1;
      problems.push({ code: 'input.invalid', path: name, message: meant.remedy });
    } else if (meant?.kind === 'storage-setting') {
      ours.push(`--${STORAGE_OPTION}=${meant.setting}=${attached ?? given[(at += 1)] ?? ''}`);
    } else if (meant?.kind !== 'option') ours.push(argument);
    else if (meant.option.key === 'action') action = attached ?? given[(at += 1)];
    else {
      const canonical = meant.opposite ? `--${meant.option.opposites?.[0] ?? ''}` : `--${meant.option.name}`;
      const bare = canonical === OVERWRITE && attached === undefined && !isWord(given[at + 1]);
      ours.push(
        bare ? `${OVERWRITE}=always` : attached === undefined ? canonical : `${canonical}=${attached}`,
      );
      const next = given[at + 1];
      if (meant.option.metavar === undefined || attached !== undefined || bare || next === undefined)
        continue;
      // The value of an option is never taken for an option itself.
      ours.push(next);
      at += 1;
    }
  }
  refuseProblems(problems);
  return action === undefined ? ours : [agentAction.safeParse(action).data ?? action, ...ours];
}

/** Freezer's --overwrite has no value. */
function isWord(argument: string | undefined): boolean {
  return argument !== undefined && !argument.startsWith('-');
}

function parts(argument: string): { readonly name: string; readonly attached: string | undefined } {
  const equals = argument.indexOf('=');
  if (equals < 0) return { name: argument, attached: undefined };
  return { name: argument.slice(0, equals), attached: argument.slice(equals + 1) };
}
