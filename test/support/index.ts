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
export { timePasses } from './time-passes.js';
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
export { compiledPrograms } from './compiled-programs.js';
export { assertSameTree } from './same-tree.js';
export { filesBelow } from './files-below.js';
export { Fixture, noise } from './fixture.js';
export { backupOrder, partsOn, restoreOrder } from './parts.js';
export { restsIn, untilStored } from './stored.js';
export { startRedis, type TestRedis } from './redis.js';
export { PlatformFixture, type PlatformFixtureOptions } from './platform.js';
export { startService, type LogEntry, type ServiceOptions, type ServiceProcess } from './service-process.js';
export { startHttpServer, type HttpAnswer, type HttpReply, type TestHttpServer } from './http-server.js';
export { startLine, type Line } from './servers/cut-line.js';
export { startEndingPostgres, type EndingPostgres } from './servers/ending-postgres.js';
export { requireSwift, sharedSwift, startSwift, type SwiftUser, type TestSwift } from './servers/swift.js';
export {
  canStartSshdWithPassword,
  startSshd,
  type HostKeyType,
  type SshdOptions,
  type TestSshd,
} from './servers/sshd.js';
export { startFtpServer, type FtpServer, type FtpServerOptions } from './servers/ftp.js';
export { startFakeS3, type FakeS3, type FakeS3Options, type FakeS3Request } from './servers/fake-s3.js';
export { refusal as s3Refusal, type FakeS3Reply } from './servers/fake-s3-bucket.js';
export { makeAuthority, makeCertificate } from './servers/certificates.js';
export { askSwift, swiftToken, type SwiftAnswer, type SwiftToken } from './servers/swift/ask-swift.js';
export { startFakeKeystone } from './servers/swift/fake-keystone.js';
export { startMiddleman, type Interference, type Middleman } from './servers/swift/middleman.js';
export { startFakeFtp, type FakeFtp, type FakeFtpOptions } from './servers/fake-ftp.js';
export { startTlsFront, type TlsFront } from './servers/swift/tls-front.js';
