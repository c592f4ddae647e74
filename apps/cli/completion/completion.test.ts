import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, runToEnd, systemCommands, temporaryDirectory, type TemporaryDirectory } from '#host';
import { requireProgram } from '#test/support';
import { firn, together } from '../testing/operator.js';

describe('firn completion', () => {
  let place: TemporaryDirectory;

  before(async () => {
    place = await temporaryDirectory('firn-completion-');
    mkdirSync(join(place.path, 'a directory'));
    writeFileSync(join(place.path, 'a file.yaml'), '');
    await together(['bash', 'zsh', 'fish'], async (shell) => {
      const { code, out } = await firn(['completion', shell]);
      assert.equal(code, 0);
      writeFileSync(join(place.path, `firn.${shell}`), out.join('\n'));
    });
  });

  after(() => place.remove());

  const run = async (program: string, ...args: readonly string[]) => {
    const call = { program: findProgram(program) ?? program, args, cwd: place.path };
    const { exit, stdout, stderr } = await runToEnd(systemCommands, call, { timeoutMs: 20_000 });
    assert.deepEqual([exit.code, stderr], [0, '']);
    return stdout.toString().split('\n').slice(0, -1);
  };

  for (const shell of ['bash', 'zsh', 'fish']) {
    it(`is a script that ${shell} can read`, async function () {
      requireProgram(this, shell);
      assert.deepEqual(await run(shell, '-n', `firn.${shell}`), []);
    });
  }

  /** What bash offers after these words, the last of which is being typed. */
  const offered = async (...words: readonly string[]) => {
    const script =
      'source ./firn.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _firn; printf "%s\\n" "${COMPREPLY[@]}"';
    return run('bash', '-c', script, 'bash', 'firn', ...words);
  };

  const cases: readonly (readonly [words: readonly string[], offers: readonly string[]])[] = [
    [['jo'], ['job']],
    [
      ['job', 'st'],
      ['start', 'stop'],
    ],
    [['job', 'list', '--st'], ['--status']],
    [['run', 'watch', '--job', '4f7a', '--js'], ['--json']],
    [['session', 'show', 'job', '--ap'], ['--api-url']],
    [
      ['completion', ''],
      ['--help', 'bash', 'zsh', 'fish'],
    ],
    [
      ['job', 'create', '--file', 'a'],
      ['a directory', 'a file.yaml'],
    ],
    [['up', '--jobs-dir', 'a'], ['a directory']],
    [['job', 'list', '--nothing'], ['']],
  ];
  for (const [words, offers] of cases) {
    it(`offers in bash after "firn ${words.join(' ')}": ${offers.join(', ') || 'nothing'}`, async function () {
      requireProgram(this, 'bash');
      assert.deepEqual((await offered(...words)).toSorted(), offers.toSorted());
    });
  }

  it('knows every command, and refuses a shell that it does not', async function () {
    requireProgram(this, 'bash');
    const commands = ['up', 'login', 'client', 'job', 'run', 'backup', 'restore', 'user', 'quickstart'];
    const all = await offered('');
    for (const command of commands) assert.ok(all.includes(command), command);
    const { code, err } = await firn(['completion', 'tcsh']);
    assert.equal(code, 2);
    assert.match(err[0] ?? '', /^input\.invalid: .*'tcsh'.*bash, zsh, fish/);
  });
});
