import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { Failure } from '#kernel';
import type { AgentOrder } from './agents/agents.js';
import { job, SchedulerWorld } from './testing/scheduler-world.js';

const OFFICE = {
  name: 'office',
  kind: 'sftp',
  settings: { host: 'nas' },
  secrets: { password: 'hush-hush' },
};

describe('a scheduler whose jobs name storages of the API', () => {
  let world: SchedulerWorld;
  let orders: AgentOrder[];
  afterEach(() => world.stop());

  const open = (storage: string, state: 'succeeded' | 'failed' = 'succeeded') => {
    orders = [];
    world = new SchedulerWorld((order) => {
      orders.push(order);
      return { state: orders.length === 1 ? state : 'succeeded', metadata: { backup_id: 'b1' } };
    });
    world.platform.storages.set('office', OFFICE);
    const { actions, ...rest } = job();
    const [action] = actions;
    const settings = { ...action?.settings, storage };
    return world.platform.addJob({ ...rest, actions: [{ ...action, settings, maxRetries: 1 }] }).job;
  };
  const asked = () => world.platform.diary.filter((line) => line === 'storages').length;

  it('hands them to the agent, and writes nothing of them down', async () => {
    open('office');
    world.start();
    await world.pass(30_000);
    assert.deepEqual(
      orders.map(({ storages }) => storages),
      [[OFFICE]],
    );
    assert.ok(
      !JSON.stringify([world.log, world.platform.reports, orders[0]?.settings]).includes('hush-hush'),
    );
  });

  it('asks for them before each attempt', async () => {
    open('office', 'failed');
    world.start();
    await world.pass(60_000);
    assert.deepEqual([orders.length, asked()], [2, 2]);
  });

  it('asks for none where none is named', async () => {
    open('local');
    world.start();
    await world.pass(30_000);
    assert.deepEqual([orders.length, orders[0]?.storages, asked()], [1, undefined, 0]);
  });

  it('waits for an API that is away, and can be cancelled meanwhile', async () => {
    const made = open('office');
    const away = new Failure('api.unreachable', 'cannot connect');
    const { link } = world.platform;
    let isAway = true;
    const storages: typeof link.storages = (...request) =>
      isAway ? Promise.reject(away) : link.storages(...request);
    world.start({ link: { ...link, storages } });
    await world.pass(60_000);
    assert.deepEqual([orders.length, world.platform.runsOf(made.id)[0]?.state], [0, 'running']);
    isAway = false;
    await world.pass(600_000);
    assert.deepEqual([orders.length, world.platform.runsOf(made.id)[0]?.state], [1, 'succeeded']);

    await world.stop();
    const second = open('office');
    const again = world.platform.link;
    world.start({ link: { ...again, storages: () => Promise.reject(away) } });
    await world.pass(60_000);
    const [run] = world.platform.runsOf(second.id);
    world.platform.cancel(run!.id);
    await world.pass(120_000);
    assert.deepEqual([orders.length, world.platform.runsOf(second.id)[0]?.state], [0, 'cancelled']);
  });
});
