import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { apiOptionList, namesOf, schedulerOptionList, type ProcessOption } from '#config';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const { bin } = JSON.parse(textOf('package.json')) as { readonly bin: Readonly<Record<string, string>> };
const programs: Readonly<Record<string, readonly ProcessOption[]>> = {
  'firn-api': apiOptionList,
  'firn-scheduler': schedulerOptionList,
};

interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

// Docker itself cannot run where these tests run: only what the files name is checked.
describe('the files for Docker, read and not run', () => {
  describe('docker/compose.yaml', () => {
    const compose = parse(textOf('docker/compose.yaml')) as Compose;
    const services = Object.entries(compose.services);
    const ours = services.filter(([, { image }]) => image === 'firn');

    it('runs the API, a scheduler, PostgreSQL and Redis', () => {
      assert.deepEqual(Object.keys(compose.services).sort(), ['api', 'postgres', 'redis', 'scheduler']);
      assert.deepEqual(
        ours.map(([, { command }]) => command?.[0]),
        ['firn-api', 'firn-scheduler'],
      );
    });

    it('names only commands, options and variables that there are, with values that they take', () => {
      for (const [, { command = [], environment = {} }] of ours) {
        const [program = '', ...words] = command;
        assert.ok(program in bin, program);
        const options = programs[program] ?? [];
        for (const word of words) assertTaken(word, options);
        for (const [variable, value] of Object.entries(environment)) {
          const option = options.find((each) => each.variable === variable);
          assert.ok(option?.schema.safeParse(value).success, `${program}: ${variable}=${value}`);
        }
      }
    });

    it('builds its image from files that there are', () => {
      for (const { build } of Object.values(compose.services)) {
        if (build) assert.ok(existsSync(join(root, 'docker', build.context, build.dockerfile)));
      }
    });

    it('gives to each service secrets, volumes and others to wait for that there are', () => {
      for (const [name, { secrets = [], volumes = [], depends_on: others = {} }] of services) {
        for (const secret of secrets) assert.ok(secret in compose.secrets, `${name}: ${secret}`);
        for (const [volume = ''] of volumes.map((each) => each.split(/:(?=\/)/)))
          assert.ok(/^[.$/]/.test(volume) || volume in compose.volumes, `${name}: ${volume}`);
        for (const [other, { condition }] of Object.entries(others)) {
          assert.ok(other in compose.services, `${name}: ${other}`);
          if (condition === 'service_healthy') assert.ok(compose.services[other]?.healthcheck, other);
        }
      }
    });

    it('has every secret in a file, and none in a command or variable', () => {
      for (const { file } of Object.values(compose.secrets)) assert.match(file, /^\.\/secrets\//);
      for (const [name, { secrets = [], environment = {} }] of services) {
        const files = Object.values(environment).filter((value) => value.startsWith('/run/secrets/'));
        assert.deepEqual(
          files.map((file) => file.replace('/run/secrets/', '')).sort(),
          [...secrets].sort(),
          name,
        );
      }
      assert.doesNotMatch(textOf('docker/compose.yaml'), /:\/\/[^/\s]*:[^/\s]*@/);
    });

    it('gives name and password of the scheduler from the API to the scheduler', () => {
      const written = compose.services['api']?.environment?.['FIRN_SERVICE_USER_FILE'];
      const read = compose.services['scheduler']?.environment?.['FIRN_SCHEDULER_CREDENTIALS_FILE'];
      assert.equal(read, written);
    });
  });

  describe('docker/Dockerfile', () => {
    const instructions = instructionsOf(textOf('docker/Dockerfile'));
    const stages = instructions.flatMap(([name, rest]) =>
      name === 'FROM' ? [rest.split(' AS ')[1] ?? ''] : [],
    );

    it('knows its instructions', () => {
      const known = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'EXPOSE', 'USER', 'CMD'];
      assert.deepEqual(
        instructions.filter(([name]) => !known.includes(name)),
        [],
      );
    });

    it('copies only what there is, from stages that there are', () => {
      const ignored = textOf('docker/Dockerfile.dockerignore').split('\n');
      for (const [, rest] of instructions.filter(([name]) => name === 'COPY')) {
        const [, stage, paths = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(rest) ?? [];
        const sources = paths.split(' ').slice(0, -1);
        if (stage !== undefined) assert.ok(stages.includes(stage), stage);
        else
          for (const source of sources) {
            assert.ok(existsSync(join(root, source)), source);
            assert.ok(ignored.includes(`!${source}`), `${source} is not sent to the build`);
          }
      }
    });

    it('runs as an ordinary user a command that there is, and has every command in its PATH', () => {
      const last = (name: string) => instructions.findLast(([each]) => each === name)?.[1] ?? '';
      assert.equal(last('USER'), 'node');
      assert.ok((JSON.parse(last('CMD')) as string[])[0]! in bin);
      assert.ok(Object.values(bin).every((file) => /^(\.\/)?bin\//.test(file)));
      assert.ok(instructions.some(([name, rest]) => name === 'ENV' && rest.includes('PATH=/firn/bin:$PATH')));
    });

    it('sets only variables that there are, to what they take', () => {
      const all = [...apiOptionList, ...schedulerOptionList];
      const set = instructions.flatMap(([name, rest]) => (name === 'ENV' ? rest.split(' ') : []));
      const values = set.map((each) => each.split('=')).filter(([name = '']) => name.startsWith('FIRN_'));
      assert.ok(values.length > 0);
      for (const [name, value] of values) {
        const option = all.find(({ variable }) => variable === name);
        assert.ok(option?.schema.safeParse(value).success, `${name}=${value}`);
      }
    });

    it('installs the programs that the agent needs', () => {
      const packages = instructions.find(([, rest]) => rest.includes('apt-get install'))?.[1] ?? '';
      for (const name of ['tar', 'gzip', 'bzip2', 'xz-utils', 'zstd'])
        assert.ok(packages.includes(` ${name} `), name);
    });

    it('runs npm scripts that there are', () => {
      const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: object };
      for (const [, rest] of instructions) {
        for (const [, script = ''] of rest.matchAll(/npm run (\S+)/g)) assert.ok(script in scripts, script);
      }
    });
  });
});

function assertTaken(word: string, options: readonly ProcessOption[]): void {
  const [name = '', value] = word.replace(/^--/, '').split('=');
  const option = options.find((each) => !each.secret && namesOf(each).includes(name));
  assert.ok(option, word);
  assert.ok(option.schema.safeParse(value ?? true).success, word);
}

/** Name and rest of each, with lines that go on put together. */
function instructionsOf(text: string): (readonly [string, string])[] {
  const lines = text.replace(/\\\n\s*/g, '').split('\n');
  return lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...rest] = line.split(' ');
      return [name, rest.join(' ').replace(/\s+/g, ' ')] as const;
    });
}
