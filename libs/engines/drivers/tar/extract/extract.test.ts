import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { runToEnd, systemCommands, type CommandRunner, type RunningCommand } from '#host';
import { scriptedCommands } from '#host/testing';
import { asNobody, isRoot, requireProgram, skipBecause, withTemporaryDirectory } from '#test/support';
import { archived, extracted, wholeSource, type Level } from '../../../testing/index.js';
import { BLOCK, paxHeader, rewriteHeader } from '../stream/tar-header.js';
import { tarEngine } from '../tar-engine.js';

describe('engine tar, extracting', () => {
  const NEVER = new AbortController().signal;
  const VERSION = { stdout: 'tar (GNU tar) 1.34\n' };

  it('removes nothing that is not in the stream', async () => {
    await withTree(async ({ engine, level, target }) => {
      writeFileSync(join(target, 'foreign'), 'stays');
      mkdirSync(join(target, 'sub'));
      writeFileSync(join(target, 'sub/foreign'), 'stays too');
      await extracted(engine, [level], target);
      assert.equal(readFileSync(join(target, 'foreign'), 'utf8'), 'stays');
      assert.equal(readFileSync(join(target, 'sub/foreign'), 'utf8'), 'stays too');
    });
  });

  it('replaces what stands in its way: files, symlinks, empty directories', async () => {
    await withTree(async ({ directory, engine, level, target }) => {
      mkdirSync(join(directory, 'outside'));
      writeFileSync(join(directory, 'outside/kept'), 'kept');
      symlinkSync(join(directory, 'outside'), join(target, 'sub'));
      symlinkSync(join(directory, 'outside/kept'), join(target, 'file'));
      mkdirSync(join(target, 'other'));
      assert.deepEqual(await extracted(engine, [level], target), { problems: [] });
      assert.ok(lstatSync(join(target, 'sub')).isDirectory());
      assert.equal(readFileSync(join(target, 'file'), 'utf8'), 'content of file');
      assert.ok(lstatSync(join(target, 'other')).isFile());
      assert.deepEqual(readdirSync(join(directory, 'outside')), ['kept']);
      assert.equal(readFileSync(join(directory, 'outside/kept'), 'utf8'), 'kept');
    });
  });

  it('does not write through a symlink on the way, even without a member for the directory', async () => {
    await withTree(async ({ directory, engine, level, target }) => {
      mkdirSync(join(directory, 'outside'));
      symlinkSync(join(directory, 'outside'), join(target, 'sub'));
      await engine.extract(Readable.from([memberOf(level, 'sub/deep/file')]), { root: target }, NEVER);
      assert.deepEqual(readdirSync(join(directory, 'outside')), []);
      assert.ok(existsSync(join(target, 'sub/deep/file')));
    });
  });

  it('refuses a stream that makes a symlink and then goes through it', async () => {
    await withTree(async ({ directory, engine, level, target }) => {
      const source = join(directory, 'evil');
      mkdirSync(source);
      symlinkSync('elsewhere', join(source, 'sub'));
      const evil = await archived(engine, wholeSource(source));
      const stream = Readable.from([memberOf(evil, 'sub'), memberOf(level, 'sub/deep/file')]);
      const failed = engine.extract(stream, { root: target }, NEVER);
      await assert.rejects(failed, (error) => isFailure(error, 'restore.unsafe-path'));
    });
  });

  for (const [name, why] of [
    ['/absolute', 'is absolute'],
    ['./a/../../b', 'leads upwards'],
    ['..', 'is above'],
  ] as const) {
    it(`refuses a name that ${why}`, async () => {
      await withTree(async ({ engine, target }) => {
        const header = paxHeader(Buffer.from(name), 0);
        header.write('0', 156);
        const evil = () => Readable.from([rewriteHeader(header, { name: Buffer.from(name) })]);
        const isUnsafe = (error: unknown) => isFailure(error, 'restore.unsafe-path');
        await assert.rejects(engine.extract(evil(), { root: target }, NEVER), isUnsafe);
        await assert.rejects(async () => {
          for await (const part of engine.scan(evil())) assert.ok(part);
        }, isUnsafe);
      });
    });
  }

  it('says what an ordinary user cannot set, and restores the rest', async function () {
    if (!isRoot()) skipBecause(this, 'needs root to make what others cannot restore');
    requireProgram(this, 'setfattr');
    await withTemporaryDirectory(async (directory) => {
      chmodSync(directory, 0o755);
      const [root, target] = [join(directory, 'source'), join(directory, 'target')];
      for (const path of [root, target]) mkdirSync(path);
      chmodSync(target, 0o777);
      writeFileSync(join(root, 'file'), 'content');
      writeFileSync(join(root, "odd '\nname"), 'content');
      await run('setfattr', ['-n', 'trusted.x', '-v', '1', join(root, 'file'), join(root, "odd '\nname")]);
      await run('mknod', [join(root, 'device'), 'c', '1', '3']);
      const engine = tarEngine({ commands: ordinaryUser, temporaryDirectory: directory });
      const level = await archived(
        tarEngine({ commands: systemCommands, temporaryDirectory: directory }),
        wholeSource(root),
      );
      const { problems } = await extracted(engine, [level], target);
      const told = problems.map(({ path, kind, reason }) => `${path}: ${kind}, ${reason}`);
      for (const line of [
        'file: attribute, operation not permitted',
        "odd '\nname: attribute, operation not permitted",
        'device: device, operation not permitted',
        'file: owner, operation not permitted',
      ]) {
        assert.ok(told.includes(line), `${line} in ${told.join('\n')}`);
      }
      assert.equal(readFileSync(join(target, "odd '\nname"), 'utf8'), 'content');
    });
  });

  it('reports a file that cannot take its place', async () => {
    await withTree(async ({ engine, level, target }) => {
      mkdirSync(join(target, 'file/in/the/way'), { recursive: true });
      const { problems } = await extracted(engine, [level], target);
      assert.deepEqual(
        problems.map(({ path, kind }) => [path, kind]),
        [['file', 'file']],
      );
      assert.equal(readFileSync(join(target, 'other'), 'utf8'), 'content of other');
    });
  });

  it('stops with storage.full when the target is full', async function () {
    if (!isRoot()) skipBecause(this, 'needs root to mount');
    await withTree(async ({ engine, level, target }) => {
      if (!(await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', target])))
        skipBecause(this, 'may not mount');
      try {
        await assert.rejects(extracted(engine, [level], target), (error) => isFailure(error, 'storage.full'));
      } finally {
        await run('umount', [target]);
      }
    });
  });

  it('ends at once, and reads no more, when tar dies', async () => {
    await withTree(async ({ directory, target, level }) => {
      const commands = scriptedCommands({
        '/opt/tar --version': VERSION,
        '/opt/tar': {
          code: 2,
          stderr: '/opt/tar: Cannot do it\n/opt/tar: Error is not recoverable: exiting now\n',
        },
      });
      const engine = tarEngine({ commands, program: '/opt/tar', temporaryDirectory: directory });
      const slow = async function* () {
        yield level.bytes.subarray(0, 4096);
        await new Promise(() => undefined);
      };
      const failed = engine.extract(slow(), { root: target }, NEVER);
      await assert.rejects(
        failed,
        (error) => isFailure(error, 'engine.failed') && error.message.includes('Cannot do it'),
      );
    });
  });

  it('ends when tar is killed in the middle of a long stream', async () => {
    await withTree(async ({ directory, target, level }) => {
      let kill: () => void = () => undefined;
      const killed: CommandRunner = {
        start: async (spec, signal) => {
          const command = await systemCommands.start(spec, signal);
          kill = () => void process.kill(command.pid, 'SIGKILL');
          return command;
        },
      };
      let read = 0;
      const endless = async function* () {
        for (;;) {
          yield await Promise.resolve(memberOf(level, 'large'));
          if ((read += 1) === 3) kill();
        }
      };
      const engine = tarEngine({ commands: killed, temporaryDirectory: directory });
      const failed = engine.extract(endless(), { root: target }, NEVER);
      await assert.rejects(
        failed,
        (error) => isFailure(error, 'engine.failed') && error.message.includes('SIGKILL'),
      );
    });
  });

  for (const bytes of [0, 2 ** 40]) {
    it(`ends all of them when one of several is killed, and says so, expecting ${bytes} bytes`, async () => {
      await withTree(async ({ directory, target, level }) => {
        const started: RunningCommand[] = [];
        const watched: CommandRunner = {
          start: async (spec, signal) => {
            const command = await systemCommands.start(spec, signal);
            if (!spec.args.includes('--extract')) return command;
            const [before] = started.slice(-1);
            started.push(command);
            // Another is started when those before are behind.
            if (started.length < 3) process.kill(command.pid, 'SIGSTOP');
            if (before) process.kill(before.pid, 'SIGCONT');
            return command;
          },
        };
        const endless = async function* () {
          for (let n = 0; ; n += 1) {
            const member = engine.retitle(Readable.from([memberOf(level, 'large')]), `${n % 9}/${n}`);
            // In one piece, so that the next member is met while this one waits.
            yield Buffer.concat(await Array.fromAsync(member));
            if (n === 20) process.kill((started[1] ?? assert.fail('there is only one')).pid, 'SIGKILL');
          }
        };
        const engine = tarEngine({ commands: watched, temporaryDirectory: directory });
        const failed = engine.extract(endless(), { root: target, writers: 3, bytes }, NEVER);
        await assert.rejects(
          failed,
          (error) => isFailure(error, 'engine.failed') && error.message.includes('SIGKILL'),
        );
        assert.equal(started.length, 3);
        // All have ended: this would wait for those that have not.
        await Promise.all(started.map(({ ended }) => ended));
      });
    });
  }

  it('tells how far it has come', async () => {
    await withTree(async ({ engine, level, target }) => {
      const told: number[] = [];
      const onProgress = (bytes: number) => void told.push(bytes);
      await engine.extract(
        Readable.from([level.bytes.subarray(0, BLOCK), level.bytes.subarray(BLOCK)]),
        { root: target, onProgress },
        NEVER,
      );
      assert.deepEqual(told, [BLOCK, level.bytes.length]);
    });
  });

  it('extracts nothing from an empty stream', async () => {
    await withTree(async ({ engine, target }) => {
      assert.deepEqual(await engine.extract(Readable.from([]), { root: target }, NEVER), { problems: [] });
      assert.deepEqual(readdirSync(target), []);
    });
  });

  it('gives the content of files only', async () => {
    await withTree(async ({ engine, level }) => {
      const content = engine.content(Readable.from([memberOf(level, 'sub')]), NEVER);
      await assert.rejects(
        async () => {
          for await (const piece of content) assert.ok(piece);
        },
        (error) => isFailure(error, 'backup.not-a-file'),
      );
    });
  });

  it('ends the content when nobody reads on', async () => {
    await withTree(async ({ engine, level }) => {
      for await (const piece of engine.content(Readable.from([memberOf(level, 'large')]), NEVER)) {
        assert.ok(piece.length > 0);
        break;
      }
    });
  });

  const ordinaryUser: CommandRunner = {
    start: (spec, signal) => systemCommands.start({ ...spec, ...asNobody(spec) }, signal),
  };

  interface Tree {
    readonly directory: string;
    readonly engine: ReturnType<typeof tarEngine>;
    readonly level: Level;
    readonly target: string;
  }

  async function withTree(use: (tree: Tree) => Promise<void>): Promise<void> {
    await withTemporaryDirectory(async (directory) => {
      const [root, target] = [join(directory, 'source'), join(directory, 'target')];
      mkdirSync(join(root, 'sub/deep'), { recursive: true });
      mkdirSync(target);
      for (const path of ['file', 'other', 'sub/deep/file'])
        writeFileSync(join(root, path), `content of ${path}`);
      writeFileSync(join(root, 'large'), Buffer.alloc(2_000_000, 'large '));
      const engine = tarEngine({ commands: systemCommands, temporaryDirectory: directory });
      const level = await archived(engine, wholeSource(root));
      await use({ directory, engine, level, target });
    });
  }

  function memberOf(level: Level, path: string): Buffer {
    const entry = level.entries.find((candidate) => candidate.path === path) ?? assert.fail(path);
    return level.bytes.subarray(entry.at, entry.at + entry.span);
  }

  async function run(program: string, args: readonly string[]): Promise<boolean> {
    const { exit } = await runToEnd(systemCommands, { program, args });
    return exit.code === 0;
  }
});
