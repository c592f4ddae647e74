import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'mocha';
import { findProgram, runToEnd, systemCommands, type CommandSpec } from '#host';
import { isFailure } from '#kernel';
import { asNobody, isRoot, requireProgram, skipBecause } from '#test/support';

const piped = { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' } as const;
const shell = (script: string, more: Partial<CommandSpec> = {}): CommandSpec => ({
  program: 'sh',
  args: ['-c', script],
  ...piped,
  ...more,
});

describe('the commands of this system', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'firn-commands-'));
    chmodSync(directory, 0o755);
  });
  after(() => rm(directory, { recursive: true }));

  it('gives arguments to the program as they are, whatever they contain', async () => {
    const args = ['%s\\n', 'a b', ';$(touch gone)', '*', "it's", '-n', 'a\nb', ''];
    const command = await systemCommands.start({ program: 'printf', args, cwd: directory, ...piped });
    assert.equal(await text(command.stdout!), "a b\n;$(touch gone)\n*\nit's\n-n\na\nb\n\n");
    assert.deepEqual(await command.exit, { code: 0, signal: undefined });
    assert.ok(!existsSync(join(directory, 'gone')));
  });

  it('tells the exit code, or the signal', async () => {
    const coded = await systemCommands.start(shell('exit 7'));
    assert.deepEqual(await coded.exit, { code: 7, signal: undefined });
    const killed = await systemCommands.start(shell('kill -9 $$'));
    assert.deepEqual(await killed.exit, { code: undefined, signal: 'SIGKILL' });
  });

  it('passes input through, with the given environment and nothing else', async () => {
    const command = await systemCommands.start({
      ...shell('cat; echo "$WORD $HOME"', { env: { PATH: '/usr/bin:/bin', WORD: 'hello' } }),
      stdin: 'pipe',
    });
    command.stdin!.end('in ');
    assert.equal(await text(command.stdout!), 'in hello \n');
  });

  it('keeps the output of a program that has ended for a reader who comes later', async () => {
    const command = await systemCommands.start(shell('echo early; echo late >&2'));
    await command.exit;
    assert.equal(await text(command.stdout!), 'early\n');
    assert.equal(await text(command.stderr!), 'late\n');
  });

  it('lets a program end that does not want its input', async () => {
    const command = await systemCommands.start({ ...shell('exit 3'), stdin: 'pipe' });
    command.stdin!.write(Buffer.alloc(1 << 20));
    assert.equal((await command.exit).code, 3);
  });

  for (const idleIo of [false, true]) {
    it(`names a program that is missing${idleIo ? ', also when it would run with idle I/O' : ''}`, async () => {
      const spec = { program: 'firn-no-such-program', args: [], ...piped, priority: { nice: 1, idleIo } };
      await assert.rejects(
        systemCommands.start(spec),
        (error) => isFailure(error, 'command.missing') && error.message.includes('firn-no-such-program'),
      );
    });
  }

  it('names a program that is missing although a directory of PATH may not be entered', async function () {
    requireProgram(this, 'setpriv');
    mkdirSync(join(directory, 'closed'), { mode: 0 });
    const script = `const { systemCommands } = await import(${JSON.stringify(import.meta.resolve('#host'))});
      const spec = { program: 'firn-none', args: [], stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' };
      await systemCommands.start(spec).catch((error) => console.log(error.code));`;
    const call = { program: process.execPath, args: ['--input-type=module', '-e', script] };
    const env = { PATH: `/usr/bin:/bin:${directory}/closed` };
    const { stdout, stderr } = await runToEnd(systemCommands, asNobody({ ...call, env }));
    assert.equal(stdout.toString(), 'command.missing\n', stderr);
  });

  it('tells a program that may not be run from one that is missing', async () => {
    const path = join(directory, 'text');
    writeFileSync(path, 'no program', { mode: 0o644 });
    await assert.rejects(
      systemCommands.start({ program: path, args: [], ...piped }),
      (error) => isFailure(error, 'command.failed') && error.message.includes('permission denied'),
    );
  });

  it('tells a working directory that is missing from a program that is', async () => {
    const spec = shell('true', { cwd: join(directory, 'nowhere') });
    await assert.rejects(
      systemCommands.start(spec),
      (e) => isFailure(e, 'command.failed') && e.message.includes('nowhere'),
    );
  });

  it('refuses what cannot be an argument', async () => {
    const spec = { program: 'echo', args: ['a\0b'], ...piped };
    await assert.rejects(systemCommands.start(spec), (error) => isFailure(error, 'command.failed'));
  });

  it('runs as another user when root asks for it, without the groups of root', async function () {
    if (!isRoot()) skipBecause(this, 'only root may');
    const user = { uid: 65_534, gid: 65_534 };
    const command = await systemCommands.start(shell('id -u; id -G', { user }));
    assert.equal(await text(command.stdout!), '65534\n65534\n');
  });

  it('does not run as root when it is asked for another user and may not be one', async function () {
    if (isRoot()) skipBecause(this, 'root may');
    const spec = shell('true', { user: { uid: 0, gid: 0 } });
    await assert.rejects(systemCommands.start(spec), (e) => isFailure(e, 'command.failed'));
  });

  it('starts nothing when the signal has been aborted before', async () => {
    const reason = new Error('too late');
    await assert.rejects(
      systemCommands.start(shell(`touch ${directory}/started`), AbortSignal.abort(reason)),
      (error) => error === reason,
    );
    assert.ok(!existsSync(join(directory, 'started')));
  });

  it('ends the command when the signal is aborted', async () => {
    const controller = new AbortController();
    const command = await systemCommands.start(
      { program: 'sleep', args: ['60'], ...piped },
      controller.signal,
    );
    controller.abort();
    assert.equal((await command.exit).signal, 'SIGTERM');
  });

  it('kills what does not listen to TERM', async () => {
    const command = await systemCommands.start(
      shell('trap "" TERM; echo ready; while :; do sleep 0.05; done'),
    );
    await said(command.stdout!, 'ready');
    await command.stop(30);
    assert.equal((await command.exit).signal, 'SIGKILL');
  });

  it('stops what has ended, and stops twice, without a word', async () => {
    const command = await systemCommands.start(shell('echo x'));
    await command.exit;
    await command.stop();
    await command.stop();
  });

  it('stops although nobody reads the output and a stranger holds the pipe', async () => {
    const command = await systemCommands.start(shell('sleep 2 & yes'));
    await command.stop();
    assert.equal((await command.exit).signal, 'SIGTERM');
  });

  it('tells that the process has ended although its children hold the pipes', async () => {
    const command = await systemCommands.start(shell('sleep 60 & echo $!; exit 5'));
    const child = Number(await said(command.stdout!, '\n'));
    assert.deepEqual(await command.ended, { code: 5, signal: undefined });
    process.kill(child, 'SIGKILL');
    assert.deepEqual(await command.exit, { code: 5, signal: undefined });
  });

  it('ends the whole group, those who do not listen and those left behind included', async () => {
    const script = `(trap "" TERM; echo $$; exec sh -c 'echo $$; while :; do sleep 0.05; done') & sleep 60`;
    const command = await systemCommands.start(shell(script, { group: true }));
    const child = Number((await said(command.stdout!, '\n', 2)).trim().split('\n')[1]);
    assert.ok(runs(child));
    await command.stop(50);
    assert.ok(!runs(child));
  });

  it('leaves no zombie', async () => {
    const command = await systemCommands.start(shell('exit 0'));
    await command.exit;
    assert.ok(!existsSync(`/proc/${command.pid}`));
  });

  it('lowers the priority before others can notice', async function () {
    if (getPriority() > 10) return this.skip();
    const command = await systemCommands.start(
      shell('read line; nice', { stdin: 'pipe', priority: { nice: 11, idleIo: false } }),
    );
    command.stdin!.end('\n');
    assert.equal(await text(command.stdout!), '11\n');
  });

  it('gives the idle I/O class where there is ionice', async function () {
    if (!findProgram('ionice')) return this.skip();
    const command = await systemCommands.start({
      program: 'ionice',
      args: [],
      ...piped,
      priority: { nice: 0, idleIo: true },
    });
    assert.equal(await text(command.stdout!), 'idle\n');
  });
});

/** Everything up to the `times`-th occurrence of `words`. */
async function said(output: NodeJS.ReadableStream, words: string, times = 1): Promise<string> {
  let heard = '';
  return new Promise((resolve) =>
    output.on('data', (piece: Buffer) => {
      heard += piece.toString();
      if (heard.split(words).length > times) resolve(heard);
    }),
  );
}

function runs(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
