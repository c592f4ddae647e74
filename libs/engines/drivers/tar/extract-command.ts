import type { Readable } from 'node:stream';
import { Failure, printable } from '#kernel';
import type { CommandExit, RunningCommand } from '#host';
import type { Extracted, ExtractProblem, Target } from '../../archive-engine.js';
import { tarFailed } from './archive-run.js';
import { problemIn } from './extract-problems.js';
import { feed } from './fed-command.js';
import { guardedMembers } from './guarded-members.js';
import { LastWords, tarMessages } from './tar-messages.js';
import type { TarProgram } from './tar-program.js';

/**
 * Arguments to extract onto a target. Without `--incremental`, so that tar neither replays listings nor removes what is
 * not listed. Owners are set by root only: for others that would be an error with each file.
 */
function extractArguments(root: string, isRoot: boolean): string[] {
  return [
    '--extract',
    '--file=-',
    `--directory=${root}`,
    '--same-permissions',
    isRoot ? '--same-owner' : '--no-same-owner',
    '--xattrs',
    '--xattrs-include=*',
    '--acls',
    '--delay-directory-restore',
    '--quoting-style=c',
    '--warning=no-timestamp',
  ];
}

/** Extracts members with one tar; see the port. Memory held: a few buffers, a record for each problem. */
export async function extractMembers(
  tar: TarProgram,
  members: AsyncIterable<Uint8Array>,
  target: Target,
  signal: AbortSignal,
): Promise<Extracted> {
  const program = await tar.path();
  const isRoot = process.geteuid?.() === 0;
  const command = await tar.start(
    extractArguments(target.root, isRoot),
    { stdin: 'pipe', stdout: 'ignore' },
    signal,
  );
  const listening = listen(command, program, target);
  try {
    await feed(command, guardedMembers(members, target));
    const exit = await command.exit;
    signal.throwIfAborted();
    return { problems: settled(exit, await listening) };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await command.stop();
    await listening;
  }
}

interface Heard {
  readonly problems: readonly ExtractProblem[];
  readonly unknown: LastWords;
  readonly full: Failure | undefined;
}

/** Of a full disk tar complains with every file that is left, so it is stopped at once. */
async function listen(command: RunningCommand, program: string, target: Target): Promise<Heard> {
  const problems: ExtractProblem[] = [];
  const unknown = new LastWords();
  let full: Failure | undefined;
  try {
    for await (const message of tarMessages(command.stderr as Readable, program)) {
      const problem = problemIn(message);
      if (problem === 'unknown') unknown.add(message);
      else if (problem === 'full') {
        full ??= noSpace(target.root);
        void command.stop();
      } else if (problem !== 'idle') problems.push(problem);
    }
  } catch {
    // Stopping a command destroys its pipes; whoever stops it knows why.
  }
  return { problems, unknown, full };
}

function settled(exit: CommandExit, { problems, unknown, full }: Heard): readonly ExtractProblem[] {
  if (full) throw full;
  if (exit.code === 0) return problems;
  if (exit.code !== 2 || problems.length === 0 || !unknown.isEmpty) throw tarFailed(exit, unknown);
  return problems;
}

function noSpace(root: string): Failure {
  return new Failure('storage.full', `there is no space left for files in "${printable(root)}"`, {
    target: root,
  });
}
