const NEEDED_MAJOR = 24;
const NEEDED_MINOR = 11;
const EXIT_UNSUPPORTED = 7;

/**
 * Ends the process with exit code 7 when its Node is too old for Firn.
 *
 * Every `main.ts` calls it before it imports anything else. It is written so that Node 14 can still read it and imports
 * nothing, not even the failure catalog, since what it would import is what an old Node cannot read.
 */
export function requireNode(): void {
  const problem = nodeProblem(process.versions.node);
  if (problem === undefined) return;
  process.stderr.write(problem + '\n');
  process.exit(EXIT_UNSUPPORTED);
}

/** What is wrong with Node `version`, with what to do about it; `undefined` when it will do. */
export function nodeProblem(version: string): string | undefined {
  const [major, minor] = version.split('.').map(Number);
  if (major === undefined || minor === undefined) return undefined;
  if (major > NEEDED_MAJOR || (major === NEEDED_MAJOR && minor >= NEEDED_MINOR)) return undefined;
  const needed = `${NEEDED_MAJOR}.${NEEDED_MINOR}`;
  return (
    `host.node-too-old: this is Node ${version}, and Firn needs Node ${needed} or newer\n` +
    `  Run "npm ci" in the project, or install Node ${NEEDED_MAJOR}.`
  );
}
