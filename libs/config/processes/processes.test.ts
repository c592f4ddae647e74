import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { after, before, describe, it } from 'mocha';
import {
  agentEnvironment,
  environmentForJob,
  apiConfig,
  apiOptionList,
  cliConfig,
  cliOptionList,
  namesOf,
  platformConfig,
  platformEnvironments,
  platformOptionList,
  schedulerConfig,
  schedulerOptionList,
  variableOf,
  agentOptionList,
  type ProcessRequest,
} from '#config';
import { isFailure, type FailureCode } from '#kernel';
import { configDirectory, stateDirectory } from './places.js';

const ACCOUNT = { FIRN_USERNAME: 'node', FIRN_PASSWORD: 's3cret' };
let directory: string;

async function file(name: string, text: string, mode = 0o600): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

async function refuses(config: Promise<unknown>, code: FailureCode, message: string): Promise<void> {
  await assert.rejects(config, (error) => {
    assert.ok(isFailure(error, code), String(error));
    assert.equal(error.message.replaceAll(`${directory}/`, ''), message);
    return true;
  });
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'firn-config-'));
});
after(() => rm(directory, { recursive: true, force: true }));

describe('the options of processes', () => {
  const lists = {
    'firn-api': apiOptionList,
    'firn-scheduler': schedulerOptionList,
    'firn up': platformOptionList,
    firn: cliOptionList,
  };

  for (const [program, list] of Object.entries(lists)) {
    it(`of ${program} have one name, one letter and one variable each`, () => {
      const names = list.flatMap(namesOf);
      const shorts = list.flatMap(({ short }) => short ?? []);
      const variables = list.map(({ variable }) => variable);
      for (const all of [names, shorts, variables]) assert.deepEqual(all, [...new Set(all)]);
    });

    it(`of ${program} take a secret only from a variable or a file`, () => {
      for (const secret of list.filter((option) => option.secret)) {
        assert.equal(secret.metavar, undefined, secret.name);
        const files = list.filter(({ fileOf }) => fileOf === secret.key);
        assert.ok(files.length === 1 || secret.key === 'token', secret.name);
      }
    });
  }

  it('use one variable for one thing, also beside those of the agent', () => {
    const meanings = new Map<string, string>();
    for (const { variable, name } of Object.values(lists).flat()) {
      const before = meanings.get(variable) ?? name;
      const same =
        before === name || (variable === 'FIRN_STATE_DIR' && ['state', 'state-dir'].includes(name));
      assert.ok(same, `${variable} is ${before} and ${name}`);
      meanings.set(variable, name);
    }
    const agents = agentOptionList.map(({ name }) => variableOf(name));
    const shared = [...meanings.keys()].filter((variable) => agents.includes(variable));
    assert.deepEqual(shared.sort(), ['FIRN_HOSTNAME', 'FIRN_JSON']);
  });
});

describe('the places of processes', () => {
  const cases = [
    { root: true, env: {}, state: '/var/lib/firn', config: '/etc/firn', why: 'root has those of the system' },
    {
      ...{ root: true, env: { XDG_STATE_HOME: '/x', XDG_CONFIG_HOME: '/y' } },
      ...{ state: '/var/lib/firn', config: '/etc/firn', why: 'root has them whatever his session says' },
    },
    {
      ...{ root: false, env: {}, state: '/home/u/.local/state/firn', config: '/home/u/.config/firn' },
      why: 'a person has his own',
    },
    {
      ...{
        root: false,
        env: { XDG_STATE_HOME: '/x', XDG_CONFIG_HOME: '/y' },
        state: '/x/firn',
        config: '/y/firn',
      },
      why: 'a person may have moved them',
    },
    {
      ...{ root: false, env: { XDG_STATE_HOME: 'x', XDG_CONFIG_HOME: '' } },
      ...{ state: '/home/u/.local/state/firn', config: '/home/u/.config/firn' },
      why: 'a relative path does not count, as the standard has it',
    },
  ];
  for (const { root, env, state, config, why } of cases) {
    it(`are ${state} and ${config}: ${why}`, () => {
      const facts = { root, env, home: '/home/u', hostname: 'h', timezone: 'UTC' };
      assert.deepEqual([stateDirectory(facts), configDirectory(facts)], [state, config]);
    });
  }
});

describe('the config of the API', () => {
  it('needs nothing', async () => {
    const { stateDir, ...config } = await apiConfig({ env: {} });
    assert.match(stateDir, /^\/.*\/firn$/);
    assert.deepEqual(Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)), {
      ...{
        host: '127.0.0.1',
        port: 9090,
        roles: ['http', 'worker'],
        leaseSeconds: 60,
        tokenMinutes: 720,
        resetAdminPassword: false,
      },
      ...{ bodyLimit: 1024 * 1024, databaseWaitSeconds: 60, logLevel: 'info' },
    });
    assert.ok(Object.isFrozen(config.roles));
  });

  it('takes the command line before the environment, that before the file, and that before defaults', async () => {
    const config = await file('api.yaml', 'port: 1\nhost: file.example\nlease_seconds: 3\nbodyLimit: 2MiB\n');
    const made = await apiConfig({
      commandLine: { port: '3', config },
      env: { FIRN_API_PORT: '2', FIRN_LEASE_SECONDS: '5', FIRN_API_HOST: '' },
    });
    const { port, host, leaseSeconds, bodyLimit, tokenMinutes } = made;
    assert.deepEqual(
      { port, host, leaseSeconds, bodyLimit, tokenMinutes },
      {
        port: 3,
        host: 'file.example',
        leaseSeconds: 5,
        bodyLimit: 2 * 1024 * 1024,
        tokenMinutes: 720,
      },
    );
  });

  it('has databases from variables and from files, and never shows them', async () => {
    const url = 'postgres://firn:p%40ss@db.example:5432/firn?sslmode=require';
    const path = await file('database-url', `${url}\n`);
    const env = { REDIS_URL: 'redis://:hidden@r:6379/0' };
    const config = await apiConfig({ env, commandLine: { databaseUrlFile: path } });
    assert.equal(config.databaseUrl?.reveal(), url);
    assert.equal(config.redisUrl?.reveal(), env.REDIS_URL);
    assert.doesNotMatch(`${inspect(config)}${JSON.stringify(config)}`, /p%40ss|hidden/);
  });

  it('takes a file on the command line before the variable', async () => {
    const path = await file('other-url', 'postgresql://line/firn');
    const env = { DATABASE_URL: 'postgres://environment/firn' };
    const config = await apiConfig({ env, commandLine: { 'database-url-file': path } });
    assert.equal(config.databaseUrl?.reveal(), 'postgresql://line/firn');
  });

  const wrong: {
    given: Record<string, string>;
    env?: Record<string, string>;
    message: string;
    why: string;
  }[] = [
    ...['70000', '-1', '80a', '1.5'].map((port) => ({
      given: { port },
      message: `--port: "${port}" is not a port from 1 to 65535, or 0 for any that is free`,
      why: 'ports are numbers',
    })),
    {
      given: { host: 'http://x' },
      message: '--host: "http://x" is not the name or address of a host',
      why: 'a host is no URL',
    },
    {
      given: { roles: 'http,wroker' },
      message: '--roles: "wroker" (did you mean "worker"?) is not one of http, worker',
      why: 'the nearest role is named',
    },
    {
      given: {},
      env: { DATABASE_URL: 'mysql://u:geheim@h/d' },
      message: 'DATABASE_URL: is not an address such as postgres://user:password@host:5432/firn',
      why: 'the address holds a password and is not shown',
    },
    {
      given: {},
      env: { REDIS_URL: 'localhost:6379' },
      message: 'REDIS_URL: is not an address such as redis://host:6379',
      why: 'an address has a scheme',
    },
    {
      given: { bodyLimit: '1GiB' },
      message: '--body-limit: "1GiB" is not between 1KiB and 64MiB',
      why: 'requests are held in memory',
    },
    {
      given: { databaseUrl: 'postgres://u:p@h/d' },
      message:
        '--database-url: is a secret and does not belong here; name its file with --database-url-file, or set DATABASE_URL',
      why: 'everybody on the machine sees command lines',
    },
  ];
  for (const { given, env = {}, message, why } of wrong) {
    it(`refuses ${JSON.stringify({ ...given, ...env })}: ${why}`, () =>
      refuses(apiConfig({ commandLine: given, env }), 'input.invalid', message));
  }

  it('names all problems of all places in one failure', async () => {
    const config = await file(
      'bad.ini',
      '[api]\nprot = 1\nlease_seconds = 0\ndatabase_url = postgres://u:p@h/d\n',
    );
    const request: ProcessRequest = { commandLine: { config, port: 'x' }, env: { FIRN_TOKEN_MINUTES: 'y' } };
    await refuses(
      apiConfig(request),
      'input.invalid',
      [
        'bad.ini line 2: unknown option "prot" (did you mean "port"?)',
        'bad.ini line 4, database_url: is a secret and does not belong here; name its file with --database-url-file, or set DATABASE_URL',
        'bad.ini line 3, lease_seconds: "0" is not a whole number of 1 to 86400',
        'FIRN_TOKEN_MINUTES: "y" is not a whole number of 1 to 525600',
        '--port: "x" is not a port from 1 to 65535, or 0 for any that is free',
      ].join('; '),
    );
  });

  it('refuses a config file that names a further one, and one that is none', async () => {
    const config = await file('more.yaml', 'config: other.yaml\n');
    const message = 'more.yaml line 1, config: a config file names no further one';
    await refuses(apiConfig({ commandLine: { config }, env: {} }), 'input.invalid', message);
    await refuses(
      apiConfig({ env: { FIRN_API_CONFIG: join(directory, 'none') } }),
      'input.file-unreadable',
      'cannot read config file "none": there is no such file',
    );
    const broken = await file('broken.json', '{"port": 1,}');
    await refuses(
      apiConfig({ env: { FIRN_API_CONFIG: broken } }),
      'input.file-malformed',
      'broken.json, line 1, column 12: unexpected "}" in JSON',
    );
  });

  const files = [
    { text: 'x', mode: 0o644, code: 'input.file-unreadable', why: 'everybody may read it' },
    { text: '\nx', mode: 0o600, code: 'input.invalid', why: 'its first line is empty' },
    { text: 'a\tb', mode: 0o600, code: 'input.invalid', why: 'it has a control character' },
    { text: undefined, mode: 0, code: 'input.file-unreadable', why: 'it is not there' },
  ] as const;
  for (const { text, mode, code, why } of files) {
    it(`refuses a file of a password when ${why}, and does not show it`, async () => {
      const path = text === undefined ? join(directory, 'absent') : await file('password', text, mode);
      const config = apiConfig({ env: { FIRN_ADMIN_PASSWORD_FILE: path } });
      await assert.rejects(config, (error) => {
        assert.ok(isFailure(error, code), String(error));
        assert.match(error.message, /^FIRN_ADMIN_PASSWORD_FILE: .*(absent|password)"/);
        assert.doesNotMatch(error.message, /a\tb/);
        return true;
      });
    });
  }

  it('takes the first line of a file that its group may read', async () => {
    const path = await file('grouped', 'correct horse\r\nmore\n', 0o640);
    const config = await apiConfig({ env: { FIRN_ADMIN_PASSWORD_FILE: path } });
    assert.equal(config.adminPassword?.reveal(), 'correct horse');
  });
});

describe('the config of the scheduler', () => {
  it('needs an account, and has a default for all else', async () => {
    const { password, credentials, capabilities, stateDir, jobsDir, timezone, ...config } =
      await schedulerConfig({
        env: ACCOUNT,
      });
    assert.equal(password.reveal(), 's3cret');
    assert.deepEqual(await credentials(), { username: 'node', password });
    assert.match(stateDir, /\/firn\/scheduler$/);
    assert.match(jobsDir, /\/firn\/jobs\.d$/);
    assert.ok(timezone !== '');
    assert.ok(capabilities.actions.includes('backup') && capabilities.actions.includes('admin'));
    assert.deepEqual(
      { ...config, config: undefined },
      {
        ...{ apiUrl: 'http://127.0.0.1:9090', username: 'node', clientId: hostname(), hostname: hostname() },
        ...{ pollSeconds: 10, concurrentJobs: 1, disableExec: false, stopGraceSeconds: 0 },
        ...{ logLevel: 'info', config: undefined },
      },
    );
  });

  it('says what is missing', () =>
    refuses(
      schedulerConfig({ env: {} }),
      'input.missing-option',
      'username is missing; --credentials-file gives it as well; ' +
        'password-file is missing; FIRN_PASSWORD and --credentials-file do as well',
    ));

  const spellings = [
    { given: { concurrent_jobs: '4' }, key: 'concurrentJobs', value: 4 },
    { given: { scheduler_concurrent_jobs: '4' }, key: 'concurrentJobs', value: 4 },
    { given: { conf: '/j' }, key: 'jobsDir', value: '/j' },
    { given: { 'scheduler-jobs-dir': '/j' }, key: 'jobsDir', value: '/j' },
    { given: { interval: '7' }, key: 'pollSeconds', value: 7 },
    { given: { 'scheduler-interval': '7' }, key: 'pollSeconds', value: 7 },
    { given: { client_id: 'p_web1' }, key: 'clientId', value: 'p_web1' },
    { given: { 'scheduler-disable-exec': true }, key: 'disableExec', value: true },
  ] as const;
  for (const { given, key, value } of spellings) {
    it(`understands Freezer's ${Object.keys(given)[0]}`, async () => {
      assert.equal((await schedulerConfig({ commandLine: given, env: ACCOUNT }))[key], value);
    });
  }

  it("reads Freezer's scheduler.conf", async () => {
    const config = await file(
      'scheduler.conf',
      [
        '[DEFAULT]',
        '[scheduler]',
        'client_id = p_web1',
        'jobs_dir = /etc/freezer/jobs',
        'interval = 60',
        'concurrent_jobs = 3',
        'disable_exec = True',
        '[capabilities]',
        'supported_actions = backup,restore',
        'supported_storages = local',
      ].join('\n'),
    );
    const made = await schedulerConfig({ commandLine: { config }, env: ACCOUNT });
    const { clientId, jobsDir, pollSeconds, concurrentJobs, disableExec, capabilities } = made;
    assert.deepEqual(
      { clientId, jobsDir, pollSeconds, concurrentJobs, disableExec, capabilities },
      {
        ...{ clientId: 'p_web1', jobsDir: '/etc/freezer/jobs', pollSeconds: 60, concurrentJobs: 3 },
        disableExec: true,
        capabilities: {
          actions: ['backup', 'restore'],
          modes: ['fs'],
          storages: ['local'],
          engines: ['tar', 'block', 'rsync', 'rsyncv2'],
        },
      },
    );
  });

  const addresses = [
    {
      url: 'https://api.example/firn/',
      taken: 'https://api.example/firn',
      why: 'a slash at the end is no part',
    },
    { url: 'ftp://api', why: 'the API speaks HTTP' },
    { url: 'api.example:9090', why: 'an address has a scheme' },
    { url: 'http://u:geheim@api', why: 'the account has options of its own' },
    { url: 'http://api/?x=1', why: 'nothing comes after the path' },
  ];
  for (const { url, taken, why } of addresses) {
    it(`${taken ? 'takes' : 'refuses'} the API at ${url}: ${why}`, async () => {
      const config = schedulerConfig({ commandLine: { apiUrl: url }, env: ACCOUNT });
      if (taken) return assert.equal((await config).apiUrl, taken);
      await assert.rejects(config, (error) => {
        assert.ok(isFailure(error, 'input.invalid'));
        assert.match(error.message, /^--api-url: /);
        assert.doesNotMatch(error.message, /geheim/);
        return true;
      });
    });
  }

  it('refuses an identity that the API would not take, and a zone that there is not', () =>
    refuses(
      schedulerConfig({ commandLine: { clientId: 'a b', timezone: 'Europe/Atlantis' }, env: ACCOUNT }),
      'input.invalid',
      '--client-id: "a b" is not a host name, as web1 or db.example.org, with letters before "_"; ' +
        '--timezone: "Europe/Atlantis" is not a time zone such as Europe/Paris or UTC',
    ));

  describe('has its account', () => {
    const json = '{"username": "scheduler", "password": "from file"}';

    it('from a credentials file on the command line, whatever the environment says', async () => {
      const credentialsFile = await file('credentials.json', json);
      const made = await schedulerConfig({ commandLine: { credentialsFile }, env: ACCOUNT });
      assert.deepEqual([made.username, made.password.reveal()], ['scheduler', 'from file']);
      await file('credentials.json', json.replace('from file', 'a new one'));
      assert.equal((await made.credentials()).password.reveal(), 'a new one');
    });

    it('from the command line, whatever credentials file the environment names', async () => {
      const path = await file('credentials.json', json);
      const passwordFile = await file('password', 'typed');
      const env = { FIRN_SCHEDULER_CREDENTIALS_FILE: path };
      const made = await schedulerConfig({ commandLine: { passwordFile, username: 'me' }, env });
      assert.deepEqual([made.username, made.password.reveal()], ['me', 'typed']);
    });

    it('from one place only when both are named in the same', async () => {
      const path = await file('credentials.json', json);
      await refuses(
        schedulerConfig({ env: { ...ACCOUNT, FIRN_SCHEDULER_CREDENTIALS_FILE: path } }),
        'input.invalid',
        'FIRN_SCHEDULER_CREDENTIALS_FILE: excludes FIRN_USERNAME',
      );
    });

    for (const [text, why] of [
      ['{"username": "x"}', 'no password'],
      ['{"username": "x", "password": 1234567}', 'a number'],
      ['"geheim', 'no JSON'],
    ] as const) {
      it(`not from a file with ${why}, which it names without showing it`, async () => {
        const credentialsFile = await file('damaged.json', text);
        await assert.rejects(schedulerConfig({ commandLine: { credentialsFile }, env: {} }), (error) => {
          assert.ok(isFailure(error, 'input.invalid'), String(error));
          assert.match(
            error.message,
            /^--credentials-file: credentials file ".*damaged\.json" is not valid: /,
          );
          assert.doesNotMatch(error.message, /geheim|1234567/);
          return true;
        });
      });
    }

    it('not from a file that everybody may read', async () => {
      const credentialsFile = await file('open.json', json, 0o604);
      await refuses(
        schedulerConfig({ commandLine: { credentialsFile }, env: {} }),
        'input.file-unreadable',
        '--credentials-file: everybody may read credentials file "open.json" (mode 0604); make it private with chmod 600',
      );
    });
  });
});

describe('the config of the platform', () => {
  it('keeps jobs in its state directory unless it is told otherwise', async () => {
    assert.equal((await platformConfig({ commandLine: { state: '/s' }, env: {} })).jobsDir, '/s/jobs');
    const env = { FIRN_STATE_DIR: '/e', FIRN_JOBS_DIR: '/j' };
    const { stateDir, jobsDir } = await platformConfig({ env });
    assert.deepEqual({ stateDir, jobsDir }, { stateDir: '/e', jobsDir: '/j' });
  });

  it('means relative paths from the working directory', async () => {
    const { stateDir } = await platformConfig({ commandLine: { state: 'here' }, env: {} });
    assert.equal(stateDir, join(process.cwd(), 'here'));
  });
});

describe('the environments of the processes of a platform', () => {
  const env = {
    ...{
      PATH: '/bin',
      FIRN_LEASE_SECONDS: '5',
      FIRN_PASSPHRASE: 'p',
      FIRN_STATE_DIR: '/e',
      FIRN_API_PORT: '1',
    },
    ...{ ...ACCOUNT, DATABASE_URL: 'postgres://e/d', REDIS_URL: 'redis://e', FIRN_ADMIN_PASSWORD: 'a' },
  };

  it('have each only the secrets that are its own, and nothing that is told to it in another way', async () => {
    const { api, scheduler } = platformEnvironments(await platformConfig({ env }), env);
    const { PATH, FIRN_LEASE_SECONDS } = env;
    const { DATABASE_URL, REDIS_URL, FIRN_ADMIN_PASSWORD, FIRN_PASSPHRASE } = env;
    assert.deepEqual(api, { PATH, FIRN_LEASE_SECONDS, DATABASE_URL, REDIS_URL, FIRN_ADMIN_PASSWORD });
    assert.deepEqual(scheduler, { PATH, FIRN_LEASE_SECONDS, FIRN_PASSPHRASE });
  });

  it('have the secrets that the platform has read from files', async () => {
    const databaseUrlFile = await file('database-url', 'postgres://from/file');
    const config = await platformConfig({ commandLine: { databaseUrlFile }, env });
    assert.equal(platformEnvironments(config, env).api['DATABASE_URL'], 'postgres://from/file');
  });
});

describe("the config of the operator's command line", () => {
  it('has its token from the environment only, and hides it', async () => {
    const config = await cliConfig({ env: { FIRN_TOKEN: 'eyJ', HOME: '/home/u' } });
    assert.equal(config.token?.reveal(), 'eyJ');
    assert.doesNotMatch(inspect(config), /eyJ/);
    assert.equal(config.credentialsFile, '/home/u/.config/firn/credentials.json');
    await refuses(
      cliConfig({ commandLine: { token: 'x' }, env: {} }),
      'input.invalid',
      '--token: is a secret and does not belong here; set FIRN_TOKEN',
    );
  });
});

describe('the environment of an agent', () => {
  it('has what a program needs and the secrets of backups, and nothing of the account of the scheduler', () => {
    const env = {
      PATH: '/bin',
      LC_ALL: 'C',
      TZ: 'UTC',
      FIRN_PASSPHRASE: 'p',
      AWS_PROFILE: 'b',
      EMPTY: undefined,
    };
    const others = { ...ACCOUNT, FIRN_TOKEN: 't', DATABASE_URL: 'd', NODE_OPTIONS: '--x', FIRN_CONFIG: 'c' };
    const { EMPTY: _, ...expected } = env;
    assert.deepEqual(agentEnvironment({ ...env, ...others }), expected);
  });

  it('has no secret of which the job itself names the file, however it spells that', () => {
    const env = { PATH: '/bin', FIRN_PASSPHRASE: 'p', FIRN_NEW_PASSPHRASE: 'n', FIRN_RECOVERY_KEY: 'r' };
    for (const key of ['encrypt_pass_file', 'encrypt-pass-file', 'encryptPassFile']) {
      const { FIRN_PASSPHRASE: _, ...others } = env;
      assert.deepEqual(environmentForJob(env, { [key]: '/pass' }), others);
    }
    for (const unset of [null, '', false, undefined]) {
      assert.deepEqual(environmentForJob(env, { encrypt_pass_file: unset, container: '/c' }), env);
    }
    const all = { encrypt_pass_file: '/a', new_pass_file: '/b', recovery_key_file: '/c' };
    assert.deepEqual(environmentForJob(env, all), { PATH: '/bin' });
  });
});
