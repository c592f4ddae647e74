/** The operating system as a port: programs, processes, locks, mounts, space, priority, trees of files. */
export { compareTrees, type CompareExtent } from './compare-trees.js';
export { comparedTrees, type ComparedTrees } from './compared-trees.js';
export type { CommandExit, CommandRunner, CommandSpec, Priority, RunningCommand } from './command-runner.js';
export { diskSpace, type DiskSpace } from './disk-space.js';
export { exclusively, type Held } from './exclusively.js';
export { findProgram } from './find-program.js';
export { mountsBelow, mountsIn, type Mount } from './mounts.js';
export { lowerOwnPriority } from './priority.js';
export {
  processIdentitySchema,
  processState,
  thisProcess,
  type ProcessIdentity,
  type ProcessState,
} from './process-identity.js';
export { removeTree } from './remove-tree.js';
export { runToEnd, type CommandCall, type CommandResult, type RunOptions } from './run-to-end.js';
export { systemCommands } from './system-commands.js';
export { temporaryDirectory, type TemporaryDirectory } from './temporary-directory.js';
export type { CompareOptions, Difference, DifferenceKind } from './tree-difference.js';
