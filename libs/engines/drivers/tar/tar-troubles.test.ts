import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'mocha';
import type { Entry, Notice } from '#domain';
import { bytesOf, isFailure } from '#kernel';
import { runToEnd, systemCommands, type CommandRunner } from '#host';
import { scriptedCommands, type Answer } from '#host/testing';
import {
  asNobody,
  isRoot,
  requireProgram,
  skipBecause,
  timePasses,
  withTemporaryDirectory,
} from '#test/support';
import type { ArchiveEngine } from '../../archive-engine.js';
import { archived, extracted, wholeSource } from '../../testing/index.js';
import { tarEngine } from './tar-engine.js';

describe('engine tar and a source that makes trouble', () => {
  const NEVER = new AbortController().signal;

  it('lists what an ordinary user may not read, and stores it once he may', async () => {
    await withSource(async ({ root, directory }) => {
      for (const name of ['closed', 'sub/closed', 'sub/open', 'shut/in', 'listed/in']) file(root, name);
      linkSync(join(root, 'closed'), join(root, 'sub/other-name-of-closed'));
      const modes = { closed: 0, 'sub/closed': 0, shut: 0, listed: 0o644 };
      for (const [path, mode] of Object.entries(modes)) chmodSync(join(root, path), mode);
      await timePasses(directory);
      const level0 = await archived(engineFor(directory, ordinaryUser), wholeSource(root));
      assert.deepEqual(sorted(level0.notices), [
        'closed: skipped, permission denied',
        'listed/in: skipped, permission denied',
        'shut: skipped, permission denied',
        'sub/closed: skipped, permission denied',
        'sub/other-name-of-closed: skipped, permission denied',
      ]);
      assert.deepEqual(files(level0.entries), ['sub/open']);

      // Root may read them as they are: nothing about them changes, so only the state can tell that they are not stored.
      if (!isRoot()) for (const path of Object.keys(modes)) chmodSync(join(root, path), 0o755);
      const level1 = await archived(engineFor(directory), wholeSource(root), level0.state);
      assert.deepEqual(level1.notices, []);
      const expected = ['closed', 'listed/in', 'shut/in', 'sub/closed', 'sub/other-name-of-closed'];
      if (isRoot()) assert.deepEqual(files(level1.entries), expected);
      const target = join(directory, 'target');
      mkdirSync(target);
      await extracted(engineFor(directory), [level0, level1], target);
      for (const path of [...expected, 'sub/open']) assert.ok(existsSync(join(target, path)), path);
    });
  });

  it('names what it could not store in the bytes of its name', async () => {
    await withSource(async ({ root, directory }) => {
      const names = [
        'quo"te',
        'back\\slash',
        'new\nline',
        'tab\t',
        'ü',
        'in\udcffvalid',
        "it's: odd",
        '\x07',
      ];
      for (const name of names) {
        writeFileSync(bytesOf(join(root, name)), 'closed');
        chmodSync(bytesOf(join(root, name)), 0);
      }
      const { notices } = await archived(engineFor(directory, ordinaryUser), wholeSource(root));
      assert.deepEqual(notices.map(({ path }) => path).sort(), names.sort());
    });
  });

  it('fails when the source itself may not be read', async function () {
    if (!isRoot()) skipBecause(this, 'needs root to act as somebody else');
    await withSource(async ({ root, directory }) => {
      file(root, 'a');
      chmodSync(root, 0o711);
      const failed = archived(engineFor(directory, ordinaryUser), wholeSource(root));
      await assert.rejects(failed, (error) => isFailure(error, 'source.unreadable'));
    });
  });

  it('refuses a source that is not there, not absolute or no directory', async () => {
    await withSource(async ({ root, directory }) => {
      file(root, 'a');
      const engine = engineFor(directory);
      for (const [path, code] of [
        [join(root, 'nowhere'), 'source.missing'],
        ['relative', 'source.not-absolute'],
        [join(root, 'a'), 'source.not-a-directory'],
      ] as const) {
        await assert.rejects(archived(engine, wholeSource(path)), (error) => isFailure(error, code), path);
      }
    });
  });

  it('marks what changes and goes while it is read, and stores it again the next time', async () => {
    await withSource(async ({ root, directory }) => {
      writeFileSync(join(root, 'grows'), Buffer.alloc(5_000_000, 'grows'));
      for (const name of ['z/goes', 'z/stays']) file(root, name);
      const engine = engineFor(directory);
      // Tar is in the middle of the large file then: the pipe is full.
      const { notices, state } = await archivedWhile(engine, root, () => {
        appendFileSync(join(root, 'grows'), 'more');
        rmSync(join(root, 'z/goes'));
      });
      assert.deepEqual(sorted(notices.filter(({ harmless }) => !harmless)), [
        'grows: changed, changed while reading',
        'z/goes: skipped, removed while reading',
      ]);
      const level1 = await archived(engine, wholeSource(root), state);
      assert.ok(files(level1.entries).includes('grows'));
    });
  });

  it('keeps the stream well-formed when a file shrinks while it is read', async () => {
    await withSource(async ({ root, directory }) => {
      writeFileSync(join(root, 'shrinks'), Buffer.alloc(5_000_000, 'shrinks'));
      file(root, 'z/stays');
      const { notices, entries } = await archivedWhile(engineFor(directory), root, () =>
        truncateSync(join(root, 'shrinks'), 10),
      );
      assert.deepEqual(sorted(notices), ['shrinks: changed, shrank while reading']);
      assert.deepEqual(entries.map(({ path, size }) => [path, size]).slice(2), [
        ['shrinks', 5_000_000],
        ['z/stays', 18],
      ]);
    });
  });

  it('calls a directory that changes while it is read harmless: what came is new the next time', async () => {
    await withSource(async ({ root, directory }) => {
      writeFileSync(join(root, 'a'), Buffer.alloc(5_000_000, 'a'));
      for (let n = 0; n < 300; n += 1) file(root, `d${n}/${'x'.repeat(200)}`);
      const engine = engineFor(directory);
      const { notices, state } = await archivedWhile(engine, root, () => file(root, 'd299/came'));
      assert.deepEqual(
        notices.filter(({ harmless }) => !harmless),
        [],
      );
      const level1 = await archived(engine, wholeSource(root), state);
      assert.ok(files(level1.entries).includes('d299/came'));
    });
  });

  it('names sockets without calling the backup partial', async function () {
    requireProgram(this, 'python3');
    await withSource(async ({ root, directory }) => {
      file(root, 'a');
      await python(`import socket; socket.socket(socket.AF_UNIX).bind('socket')`, root);
      const engine = engineFor(directory);
      const level0 = await archived(engine, wholeSource(root));
      const socket: Notice = { path: 'socket', state: 'skipped', reason: 'socket', harmless: true };
      assert.deepEqual(level0.notices, [socket]);
      const level1 = await archived(engine, wholeSource(root), level0.state);
      assert.deepEqual(level1.notices, [socket]);
    });
  });

  it('finds a file that tar lists and neither stores nor mentions, and stores it the next time', async () => {
    await withSource(async ({ root, directory }) => {
      for (const name of ['kept', 'lost', 'sub/lost too']) file(root, name);
      const quiet: CommandRunner = {
        start: (spec, signal) => {
          const silent = spec.args.includes('--create') ? ['--warning=no-file-removed'] : [];
          return systemCommands.start({ ...spec, args: [...silent, ...spec.args] }, signal);
        },
      };
      writeFileSync(join(root, 'a-large-one'), Buffer.alloc(5_000_000, 'x'));
      const { notices, state } = await archivedWhile(engineFor(directory, quiet), root, () => {
        for (const name of ['lost', 'sub/lost too']) rmSync(join(root, name));
      });
      const lost = sorted(notices.filter(({ harmless }) => !harmless));
      assert.deepEqual(lost, ['lost: skipped, not stored', 'sub/lost too: skipped, not stored']);
      const names = (await buffer(state.open())).toString();
      assert.ok(names.includes('\0Ykept\0'));
      assert.ok(!names.includes('lost'));
    });
  });

  it('stores a moved directory whole and never writes a rename', async () => {
    await withSource(async ({ root, directory }) => {
      for (const name of ['one/deep/f', 'two/g', 'three/h']) file(root, name);
      await timePasses(directory);
      const engine = engineFor(directory);
      const level0 = await archived(engine, wholeSource(root));
      renameSync(join(root, 'one'), join(root, 'moved'));
      renameSync(join(root, 'two'), join(root, 'aside'));
      renameSync(join(root, 'three'), join(root, 'two'));
      renameSync(join(root, 'aside'), join(root, 'three'));
      const level1 = await archived(engine, wholeSource(root), level0.state);
      assert.deepEqual(files(level1.entries), ['moved/deep/f', 'three/g', 'two/h']);
      assert.doesNotMatch(level1.bytes.toString('latin1'), /[RTX]\.\/[a-z/]*\0/);
    });
  });

  it('does not take a new directory for an old one whose number it has', async () => {
    await withSource(async ({ root, directory }) => {
      file(root, 'old/f', 'content of the old one');
      const engine = engineFor(directory);
      const level0 = await archived(engine, wholeSource(root));
      const inode = statSync(join(root, 'old')).ino;
      rmSync(join(root, 'old'), { recursive: true });
      // The file system gives freed numbers to the next that asks; these are as many as are needed.
      for (let n = 0; n < 50; n += 1) mkdirSync(join(root, `new-${n}`));
      for (let n = 0; n < 50; n += 1) {
        const made = join(root, `new-${n}`);
        if (statSync(made).ino === inode) writeFileSync(join(made, 'f'), 'content of the new one');
      }
      const level1 = await archived(engine, wholeSource(root), level0.state);
      const target = join(directory, 'target');
      mkdirSync(target);
      await extracted(engine, [level0, level1], target);
      assert.equal(existsSync(join(target, 'old')), false);
      for (const path of files(level1.entries)) {
        assert.equal(readFileSync(join(target, path), 'utf8'), 'content of the new one');
      }
    });
  });

  it('follows symlinks to directories inside and outside, and ends where they form a loop', async () => {
    await withSource(async ({ root, directory }) => {
      const outside = join(directory, 'outside');
      for (const name of ['dir/sub/f', 'dir/g']) file(root, name);
      file(outside, 'far/away');
      symlinkSync('dir', join(root, 'alias'));
      symlinkSync(outside, join(root, 'out'));
      symlinkSync('..', join(root, 'dir/up'));
      symlinkSync('nowhere', join(root, 'dangling'));
      await timePasses(directory);
      const engine = engineFor(directory);
      const source = wholeSource(root, { dereference: 'soft' });
      const level0 = await archived(engine, source);
      const everything = ['alias/g', 'alias/sub/f', 'dir/g', 'dir/sub/f', 'out/far/away'];
      assert.deepEqual(files(level0.entries), everything);
      assert.deepEqual(sorted(level0.notices), [
        'alias/up: skipped, loop of directories',
        'dangling: skipped, removed while reading',
        'dir/up: skipped, loop of directories',
      ]);
      file(outside, 'far/new');
      symlinkSync('dir', join(root, 'second-alias'));
      const level1 = await archived(engine, source, level0.state);
      assert.deepEqual(files(level1.entries), ['out/far/new', 'second-alias/g', 'second-alias/sub/f']);
    });
  });

  it('does not lose itself in a directory that is mounted a second time', async function () {
    if (!isRoot()) skipBecause(this, 'needs root to mount');
    await withSource(async ({ root, directory }) => {
      for (const name of ['dir/sub/f', 'again/x']) file(root, name);
      if (!(await ran('mount', ['--bind', join(root, 'dir'), join(root, 'again')])))
        skipBecause(this, 'may not mount');
      try {
        const level0 = await archived(engineFor(directory), wholeSource(root));
        assert.deepEqual(files(level0.entries), ['again/sub/f', 'dir/sub/f']);
        assert.doesNotMatch(level0.bytes.toString('latin1'), /[RTX]\.\/[a-z/]*\0/);
      } finally {
        await ran('umount', [join(root, 'again')]);
      }
    });
  });

  it('leaves out another file system when asked to, and says so', async function () {
    if (!isRoot()) skipBecause(this, 'needs root to mount');
    await withSource(async ({ root, directory }) => {
      for (const name of ['f', 'mounted/x']) file(root, name);
      if (!(await ran('mount', ['-t', 'tmpfs', 'none', join(root, 'mounted')])))
        skipBecause(this, 'may not mount');
      try {
        file(root, 'mounted/far');
        const level = await archived(engineFor(directory), wholeSource(root, { oneFileSystem: true }));
        assert.deepEqual(files(level.entries), ['f']);
        assert.deepEqual(level.notices, [
          { path: 'mounted', state: 'skipped', reason: 'other file system', harmless: true },
        ]);
      } finally {
        await ran('umount', [join(root, 'mounted')]);
      }
    });
  });

  it('does not store its own temporary files when they lie in the source', async () => {
    await withSource(async ({ root }) => {
      mkdirSync(join(root, 'tmp'));
      const level = await archived(engineFor(join(root, 'tmp')), wholeSource(root));
      assert.deepEqual(
        level.entries.map(({ path }) => path),
        ['.', 'tmp'],
      );
    });
  });

  it('stores everything again when the clock was put back behind the last backup', async () => {
    await withSource(async ({ root, directory }) => {
      file(root, 'f');
      const engine = engineFor(directory);
      const level0 = await archived(engine, wholeSource(root));
      const bytes = await buffer(level0.state.open());
      const ahead = Buffer.from(bytes.toString('latin1').replace(/\n\d+/, '\n99999999999'), 'latin1');
      const level1 = await archived(engine, wholeSource(root), { open: () => Readable.from([ahead]) });
      assert.deepEqual(files(level1.entries), ['f']);
    });
  });

  it('compares with a moment 20 ms before the last backup, since the clock of files lags behind', async () => {
    await withSource(async ({ root, directory }) => {
      const level0 = await archived(engineFor(directory), wholeSource(root));
      let compared = '';
      const watched: CommandRunner = {
        start: (spec, signal) => {
          const option = spec.args.find((arg) => arg.startsWith('--listed-incremental='));
          if (option !== undefined)
            compared = readFileSync(option.slice('--listed-incremental='.length), 'latin1');
          return systemCommands.start(spec, signal);
        },
      };
      await archived(engineFor(directory, watched), wholeSource(root), level0.state);
      const state = (await buffer(level0.state.open())).toString('latin1');
      assert.equal(timeIn(state) - timeIn(compared), 20_000_000n);
    });
  });

  it('refuses a base that is no state of tar', async () => {
    await withSource(async ({ root, directory }) => {
      const engine = engineFor(directory);
      const level0 = await archived(engine, wholeSource(root));
      const whole = await buffer(level0.state.open());
      for (const bytes of [Buffer.from('nonsense'), Buffer.alloc(0), whole.subarray(0, -1)]) {
        const failed = archived(engine, wholeSource(root), { open: () => Readable.from([bytes]) });
        await assert.rejects(failed, (error) => isFailure(error, 'engine.state-malformed'));
      }
    });
  });

  const version = { stdout: 'tar (GNU tar) 1.34\n' };
  const scripts: readonly { why: string; version?: Answer; run?: Answer; code: string; words: RegExp }[] = [
    {
      why: 'is another tar',
      version: { stdout: 'bsdtar 3.6.2\n' },
      code: 'engine.program-missing',
      words: /bsdtar 3\.6\.2/,
    },
    {
      why: 'is too old',
      version: { stdout: 'tar (GNU tar) 1.26\n' },
      code: 'engine.program-missing',
      words: /1\.29/,
    },
    {
      why: 'says what nobody knows, and fails',
      run: {
        code: 2,
        stderr: '/opt/tar: memory exhausted\n/opt/tar: Error is not recoverable: exiting now\n',
      },
      code: 'engine.failed',
      words: /memory exhausted/,
    },
    {
      why: 'cannot write its state',
      run: { code: 2, stderr: '/opt/tar: "/tmp/state": Cannot write: No space left on device\n' },
      code: 'engine.failed',
      words: /No space left/,
    },
    { why: 'is killed', run: { signal: 'SIGKILL' }, code: 'engine.failed', words: /SIGKILL/ },
    { why: 'ends without a stream', run: {}, code: 'engine.failed', words: /ended/ },
    {
      why: 'writes nonsense',
      run: { stdout: Buffer.alloc(1024, 'x') },
      code: 'engine.stream-malformed',
      words: /malformed/,
    },
  ];
  for (const { why, version: answer = version, run = {}, code, words } of scripts) {
    it(`fails when tar ${why}`, async () => {
      await withSource(async ({ root, directory }) => {
        const commands = scriptedCommands({ '/opt/tar --version': answer, '/opt/tar': run });
        const engine = tarEngine({ commands, program: '/opt/tar', temporaryDirectory: directory });
        const failed = archived(engine, wholeSource(root));
        await assert.rejects(
          failed,
          (error) => isFailure(error) && error.code === code && words.test(error.message),
        );
      });
    });
  }

  it('says so when there is no tar at all', async () => {
    await withSource(async ({ root, directory }) => {
      const engine = tarEngine({ commands: scriptedCommands({}), temporaryDirectory: directory });
      await assert.rejects(archived(engine, wholeSource(root)), (error) =>
        isFailure(error, 'engine.program-missing'),
      );
    });
  });

  it('says of a read error that the file is not in the backup, and reads it again the next time', async () => {
    await withSource(async ({ root, directory }) => {
      file(root, 'bad');
      await timePasses(directory);
      const line = '"./bad": Read error at byte 0, while reading 10240 bytes: Input/output error\n';
      const engine = engineFor(directory, saying(line, 2));
      const level0 = await archived(engine, wholeSource(root));
      assert.deepEqual(level0.notices, [{ path: 'bad', state: 'skipped', reason: 'read error' }]);
      const level1 = await archived(engineFor(directory), wholeSource(root), level0.state);
      assert.deepEqual(files(level1.entries), ['bad']);
    });
  });

  /** Archives a source that is changed when the first bytes have come. */
  async function archivedWhile(engine: ArchiveEngine, root: string, change: () => void) {
    const archive = engine.archive(wholeSource(root), undefined, NEVER);
    try {
      const entries: Entry[] = [];
      let hasChanged = false;
      for await (const part of archive.parts) {
        if (!hasChanged) change();
        hasChanged = true;
        entries.push(...part.entries);
      }
      const { notices, state } = await archive.outcome();
      const bytes = await buffer(state.open());
      return { notices, entries, state: { open: () => Readable.from([bytes]) } };
    } finally {
      await archive.close();
    }
  }

  function engineFor(temporaryDirectory: string, commands: CommandRunner = systemCommands) {
    return tarEngine({ commands, temporaryDirectory });
  }

  /** Tar as `nobody`, who may write its state. */
  const ordinaryUser: CommandRunner = {
    start: (spec, signal) => {
      const state = spec.args
        .find((arg) => arg.startsWith('--listed-incremental='))
        ?.slice('--listed-incremental='.length);
      if (state !== undefined && isRoot()) {
        chownSync(dirname(state), 65_534, 65_534);
        if (existsSync(state)) chownSync(state, 65_534, 65_534);
      }
      return systemCommands.start({ ...spec, ...asNobody(spec) }, signal);
    },
  };

  /** Tar, which ends with another code and has said one thing more. */
  function saying(line: string, code: number): CommandRunner {
    return {
      start: async (spec, signal) => {
        const command = await systemCommands.start(spec, signal);
        if (!spec.args.includes('--create')) return command;
        const stderr = Readable.from([Buffer.from(`${spec.program}: ${line}`)]);
        const exit = command.exit.then((end) => ({ ...end, code: end.code === 0 ? code : end.code }));
        return {
          pid: command.pid,
          stdin: command.stdin,
          stdout: command.stdout,
          output: command.output,
          stderr,
          exit,
          ended: command.ended,
          stop: (ms) => command.stop(ms),
        };
      },
    };
  }

  async function withSource(
    use: (place: { root: string; directory: string }) => Promise<void>,
  ): Promise<void> {
    await withTemporaryDirectory(async (directory) => {
      chmodSync(directory, 0o755);
      const root = join(directory, 'source');
      mkdirSync(root);
      await use({ root, directory });
    });
  }

  function file(root: string, path: string, content = `content of ${path}`): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }

  function timeIn(state: string): bigint {
    const [, seconds = '', ns = ''] = /\n(\d+)\0(\d+)\0/.exec(state) ?? [];
    return BigInt(seconds) * 1_000_000_000n + BigInt(ns);
  }

  function files(entries: readonly { path: string; type: string }[]): string[] {
    return entries
      .filter(({ type }) => type === 'file' || type === 'hardlink')
      .map(({ path }) => path)
      .sort();
  }

  function sorted(notices: readonly Notice[]): string[] {
    return notices.map(({ path, state, reason }) => `${path}: ${state}, ${reason}`).sort();
  }

  async function python(code: string, cwd: string): Promise<void> {
    const { exit, stderr } = await runToEnd(systemCommands, { program: 'python3', args: ['-c', code], cwd });
    assert.equal(exit.code, 0, stderr);
  }

  async function ran(program: string, args: readonly string[]): Promise<boolean> {
    const { exit } = await runToEnd(systemCommands, { program, args });
    return exit.code === 0;
  }
});
