import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { OptionProblem } from '../option-problem.js';
import { chosenStorages, type StorageWishes } from './chosen-storages.js';
import { namedStorage } from './named-storage.js';

const places = { storages: '--storage', containers: '--container', options: '--storage-option' };
const none: StorageWishes = {
  ...{ storages: [], containers: [], options: [], described: [], known: [], isChosen: false, places },
};
const office = namedStorage('office', { kind: 'sftp', container: '/b', ssh_host: 'nas' }, 'f line 2', []);
const cloud = namedStorage('cloud', 's3://bucket/prefix', 'f line 3', []);

function chosen(wishes: Partial<StorageWishes>) {
  const problems: OptionProblem[] = [];
  const storages = chosenStorages({ ...none, ...wishes }, problems);
  return { storages, messages: problems.map(({ path, message }) => `${path}: ${message}`) };
}

/** Each as one word. */
function words(wishes: Partial<StorageWishes>): string[] {
  return chosen(wishes).storages.map(
    ({ name, kind, address, settings }) =>
      `${name} ${address ?? kind ?? ''} ${Object.entries(settings)
        .map((entry) => entry.join('='))
        .join(' ')}`,
  );
}

describe('the storages that are meant', () => {
  const table: readonly [what: string, wishes: Partial<StorageWishes>, expected: readonly string[]][] = [
    ['a container alone is a local one', { containers: ['/b'] }, ['local local container=/b']],
    ['a kind and its container', { storages: ['s3'], containers: ['b/c'] }, ['s3 s3 container=b/c']],
    [
      'one kind with several containers',
      { storages: ['sftp'], containers: ['/a', '/b'] },
      ['sftp sftp container=/a', 'sftp-2 sftp container=/b'],
    ],
    [
      'several kinds with a container each',
      { storages: ['local', 's3'], containers: ['/a', 'b'] },
      ['local local container=/a', 's3 s3 container=b'],
    ],
    ['an address', { containers: ['s3://b/c?region=x'] }, ['s3 s3://b/c?region=x ']],
    [
      'addresses and plain containers',
      { storages: ['sftp://h/b'], containers: ['/a', 's3://b'] },
      ['sftp sftp://h/b ', 'local local container=/a', 's3 s3://b '],
    ],
    ['a kind without a container, if its options say it', { storages: ['memory'] }, ['memory memory ']],
    [
      'a name of the config file',
      { storages: ['office'], described: [office, cloud] },
      ['office sftp container=/b host=nas'],
    ],
    [
      'all of the config file when nothing is asked for',
      { described: [office, cloud] },
      ['office sftp container=/b host=nas', 'cloud s3://bucket/prefix '],
    ],
    [
      'all of the config file, beside a kind and container of the same file, as Freezer has it',
      { described: [office], storages: ['local'], containers: ['/x'] },
      ['office sftp container=/b host=nas'],
    ],
    [
      'what the command line says before what the config file describes',
      { described: [office], containers: ['/x'], isChosen: true },
      ['local local container=/x'],
    ],
    ['those of the file of storages only by name', { known: [office] }, []],
    [
      'a name of the file of storages',
      { known: [office], storages: ['office'] },
      ['office sftp container=/b host=nas'],
    ],
    [
      'a name with another container than its own, as the record of a backup has them',
      { known: [office], storages: ['office'], containers: ['/c'] },
      ['office sftp container=/c host=nas'],
    ],
    [
      'a name with the address that it stands for',
      { known: [cloud], storages: ['cloud'], containers: ['s3://bucket/prefix'] },
      ['cloud s3://bucket/prefix '],
    ],
    [
      'options for the only one',
      { storages: ['ssh'], containers: ['/b'], options: ['host=nas', 'ca-file=/c=d'] },
      ['ssh ssh container=/b host=nas caFile=/c=d'],
    ],
    [
      'options for one of several, over what the file says',
      { described: [office, cloud], options: ['cloud.region=eu', 'office.host=other'] },
      ['office sftp container=/b host=other', 'cloud s3://bucket/prefix region=eu'],
    ],
  ];
  for (const [what, wishes, expected] of table) it(what, () => assert.deepEqual(words(wishes), expected));

  it('say which names a word could have meant', () => {
    const { storages } = chosen({ known: [office], described: [], storages: ['offcie'] });
    assert.deepEqual(storages[0]?.couldBe, ['office']);
  });

  it('are refused when kinds and containers do not go together', () => {
    const { messages } = chosen({ storages: ['local', 's3', 'sftp'], containers: ['/a', '/b'] });
    assert.match(messages.join(), /^--storage: 3 storages and 2 containers do not go together/);
  });

  it('are refused with an option that says not for which, and the value is not shown', () => {
    const { messages } = chosen({
      described: [office, cloud],
      options: ['host=hunter2', 'x.host=1', 'hunter2'],
    });
    assert.match(messages[0] ?? '', /"host" may be meant for any of office, cloud; write office.host=…/);
    assert.match(messages[1] ?? '', /there is no storage "x"; there are office, cloud/);
    assert.match(messages[2] ?? '', /takes NAME=VALUE/);
    assert.ok(!messages.join().includes('hunter2'));
  });

  it('are refused with a name that is no word, and with a level too many', () => {
    const problems: OptionProblem[] = [];
    namedStorage('a b', 's3://b', 'f line 1', problems);
    namedStorage('list', ['x'], 'f line 2', problems);
    namedStorage('storages', { office: { kind: 's3' } }, 'f line 3', problems);
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['f line 1', 'f line 2', 'f line 3'],
    );
    assert.match(problems[2]?.message ?? '', /"office" is a mapping; storages stand by their names/);
  });
});
