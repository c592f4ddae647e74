import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { apiOptionList, schedulerOptionList } from '#config';
import { isFailure, type FailureCode } from '#kernel';
import { parseOptions } from './option-command.js';

const scheduler = {
  name: 'firn-scheduler',
  summary: 'Runs jobs',
  options: schedulerOptionList,
  examples: ['firn-scheduler --api-url http://127.0.0.1:9090'],
  notes: ['A line of its own.'],
};
const said = { out: () => undefined };

describe('the command line of a process', () => {
  it('gives only what was given, as text', () => {
    assert.deepEqual(parseOptions(scheduler, ['--disable-exec', '-i', '5', '--client-id=web1'], said), {
      commandLine: { disableExec: true, pollSeconds: '5', clientId: 'web1' },
    });
    assert.deepEqual(parseOptions(scheduler, [], said), { commandLine: {} });
  });

  const spellings: [readonly string[], Readonly<Record<string, string>>, string][] = [
    [['--concurrent_jobs', '4'], { concurrent_jobs: '4' }, 'underscores'],
    [
      ['--scheduler-interval=7', '--conf', '/j'],
      { schedulerInterval: '7', conf: '/j' },
      'the names of Freezer',
    ],
    [['-f', '/j', '-c', 'web1'], { jobsDir: '/j', clientId: 'web1' }, 'letters'],
    [['--hostname', '--conf'], { hostname: '--conf' }, 'a value that looks like an option'],
    [['--hostname=a=b'], { hostname: 'a=b' }, 'a value with a sign of equality'],
  ];
  for (const [argv, commandLine, why] of spellings) {
    it(`understands ${why}: ${argv.join(' ')}`, () =>
      assert.deepEqual(parseOptions(scheduler, argv, said), { commandLine }));
  }

  const wrong: [readonly string[], FailureCode, string][] = [
    [['--job-dir', 'x'], 'input.unknown-option', 'unknown option "--job-dir" (did you mean "--jobs-dir"?)'],
    [['--jbos-dir=x'], 'input.unknown-option', 'unknown option "--jbos-dir" (did you mean "--jobs-dir"?)'],
    [['--os-password=geheim'], 'input.unknown-option', 'unknown option "--os-password"'],
    [['--jobs-dir'], 'input.missing-option', "option '-f, --jobs-dir <DIR>' argument missing"],
    [['start'], 'input.invalid', '"start" is no option, and nothing else is taken'],
    [
      ['--password=geheim'],
      'input.invalid',
      '--password: is a secret and does not belong here; name its file with --password-file, or set FIRN_PASSWORD',
    ],
  ];
  for (const [argv, code, message] of wrong) {
    it(`refuses ${argv.join(' ').replace('geheim', '…')}`, () =>
      assert.throws(
        () => parseOptions(scheduler, argv, said),
        (error) => {
          assert.ok(isFailure(error, code), String(error));
          assert.equal(error.message, message);
          return true;
        },
      ));
  }

  it('answers --help with every option, its default, the variables of secrets and examples', () => {
    let help = '';
    const out = (text: string) => (help += text);
    assert.equal(parseOptions({ ...scheduler, options: apiOptionList }, ['--help'], { out }), 'answered');
    for (const { name, secret, variable } of apiOptionList)
      assert.ok(help.includes(secret ? variable : `--${name} `), name);
    assert.match(help, /\(default 9090\)/);
    assert.match(
      help,
      /DATABASE_URL, REDIS_URL, FIRN_ADMIN_PASSWORD\.\nA line of its own\.\n\nExamples:\n {2}firn-scheduler --api-url/,
    );
  });

  it('answers --version', () => {
    let version = '';
    const out = (text: string) => (version += text);
    assert.equal(parseOptions(scheduler, ['--version'], { out }), 'answered');
    assert.match(version, /^\d+\.\d+\.\d+\n$/);
  });
});
