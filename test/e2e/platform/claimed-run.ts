import { randomBytes } from 'node:crypto';
import { hexId, systemClock } from '#kernel';
import type { PlatformFixture } from '#test/support';

/** The account of the scheduler. */
export function accountOf(platform: PlatformFixture): [username: string, password: string] {
  const { username, password } = platform.account();
  return [username, password];
}

/** Claims a run as a scheduler would, of which nothing is heard any more; its id. */
export async function claimedRun(platform: PlatformFixture): Promise<string> {
  const { node } = platform.clientOf(...accountOf(platform));
  const { clientId } = platform;
  await node.register({
    ...{ clientId, hostname: 'host', timezone: 'UTC', program: 'a test' },
    capabilities: { actions: ['exec'], modes: ['fs'], storages: ['local'], engines: ['tar'] },
  });
  const job = await platform.makeJob([{ settings: { action: 'exec', command: ['true'] } }]);
  const { run } = await node.claim({
    ...{ clientId, jobId: job.id, jobRevision: job.revision, occurrence: 'once:1' },
    ...{ dueAt: systemClock.now(), holder: 'test', claimId: hexId(randomBytes(16)) },
  });
  return run.id;
}
