/** What tests of more than one room need: odd trees and their changes, users, programs, places. */
export { asNobody, isRoot } from './as-nobody.js';
export { changeTree } from './change-tree.js';
export { listTree, type ListedEntry } from './list-tree.js';
export { ODD_NAMES } from './odd-names.js';
export type { OddFeature } from './odd-part.js';
export { makeOddTree, type OddTreeOptions } from './odd-tree.js';
export { mounted } from './mounted.js';
export { isRequired, requireProgram, skipBecause } from './require-program.js';
export { seeded, type Seeded } from './seeded.js';
export { withTemporaryDirectory } from './with-temporary-directory.js';
export {
  agent,
  agentMain,
  kill9,
  nobodyCanRun,
  passFile,
  startAgent,
  type AgentLine,
  type AgentOptions,
  type AgentRun,
} from './agent.js';
export { assertSameTree } from './same-tree.js';
export { Fixture, noise } from './fixture.js';
export { backupOrder, partsOn, restoreOrder } from './parts.js';
export { restsIn, untilStored } from './stored.js';
export { startRedis, type TestRedis } from './redis.js';
export { PlatformFixture, type PlatformFixtureOptions } from './platform.js';
export { startService, type LogEntry, type ServiceOptions, type ServiceProcess } from './service-process.js';
export { startHttpServer, type HttpAnswer, type HttpReply, type TestHttpServer } from './http-server.js';
