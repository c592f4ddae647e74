/** The operating system as a port: programs, processes, locks, mounts, space, priority, trees of files. */
export { compareTrees, type CompareExtent } from './trees/compare-trees.js';
export { comparedTrees, type ComparedTrees } from './trees/compared-trees.js';
export { adoptCommand, type AdoptedCommand } from './commands/adopted-command.js';
export type {
  BulkOutput,
  CommandExit,
  CommandRunner,
  CommandSpec,
  CommandUser,
  Priority,
  RunningCommand,
} from './commands/command-runner.js';
export { replaceDurably, syncDirectory } from './files/durable-file.js';
export { diskSpace, type DiskSpace } from './disk-space.js';
export { endLeftBehind } from './commands/end-left-behind.js';
export { exclusively, type Held } from './exclusively.js';
export { findProgram } from './commands/find-program.js';
export { mountsBelow, mountsIn, type Mount } from './mounts.js';
export { freePort, portIsFree } from './ports.js';
export { lowerOwnPriority } from './commands/priority.js';
export {
  processIdentity,
  processIdentitySchema,
  processState,
  processWithArgument,
  thisProcess,
  type ProcessIdentity,
  type ProcessState,
} from './process-identity.js';
export { removeTree } from './trees/remove-tree.js';
export { runToEnd, type CommandCall, type CommandResult, type RunOptions } from './commands/run-to-end.js';
export { systemCommands } from './commands/system-commands.js';
export { temporaryDirectory, type TemporaryDirectory } from './temporary-directory.js';
export type { CompareOptions, Difference, DifferenceKind } from './trees/tree-difference.js';
