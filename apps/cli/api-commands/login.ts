import { openApiClient } from '#api-client';
import { readSecretFile, secretText } from '#config';
import { systemClock } from '#kernel';
import type { TokenView } from '#node-protocol';
import type { AddCommand, Cli } from '../cli.js';
import { askPassword } from '../login/ask-password.js';
import { forgetLogin, keepLogin } from '../login/credentials.js';
import { addApiCommand, type ApiCommandSpec } from './api-command.js';

/** `firn login`, `logout` and `whoami`. */
export const addLogin: AddCommand = (program, cli) => {
  for (const spec of [login(cli), logout(cli), whoAmI(cli)]) addApiCommand(program, cli, spec);
};

function login(cli: Cli): ApiCommandSpec {
  return {
    usage: 'login',
    summary: 'Log in to an API, and keep the token for the commands that follow',
    withoutProject: true,
    options: [
      ['--username <name>', 'who logs in (default admin)'],
      ['--password-file <file>', 'file with the password in its first line (default ask for it)'],
    ],
    notes: ['The password is never kept. Programs may use FIRN_API_URL and FIRN_TOKEN instead of a login.'],
    examples: [
      'firn login',
      'firn login --api-url https://firn.example.org --username kim',
      'firn login --username admin --password-file ./admin-password',
    ],
    async run({ apiUrl, config, options }) {
      const { username = 'admin' } = options as { readonly username?: string };
      const file = options['passwordFile'];
      const password =
        typeof file === 'string'
          ? (await readSecretFile(file, secretText)).reveal()
          : await askPassword(`password of ${username} at ${apiUrl}: `, cli.signal);
      const api = openApiClient({ apiUrl, clock: systemClock });
      const { token, expiresAt, user } = await api.logIn(username, password, cli.signal);
      await keepLogin(config.credentialsFile, { apiUrl, token, expiresAt, username: user.name });
      if (config.json) return cli.say(JSON.stringify({ apiUrl, expiresAt, user }));
      cli.say(`logged in to ${apiUrl} as ${whoIs(user)}`);
    },
  };
}

function logout(cli: Cli): ApiCommandSpec {
  return {
    usage: 'logout',
    summary: 'Forget the token that is kept',
    withoutProject: true,
    examples: ['firn logout'],
    run: ({ config }) => {
      const was = forgetLogin(config.credentialsFile);
      if (config.json) cli.say(JSON.stringify({ loggedOut: was }));
      else cli.say(was ? 'logged out' : 'nobody was logged in');
      return Promise.resolve();
    },
  };
}

function whoAmI(cli: Cli): ApiCommandSpec {
  return {
    usage: 'whoami',
    summary: 'Show who is logged in, and where',
    withoutProject: true,
    examples: ['firn whoami', 'firn whoami --json'],
    async run({ api, apiUrl, config }) {
      const user = await api.whoAmI(cli.signal);
      if (config.json) return cli.say(JSON.stringify({ apiUrl, user }));
      cli.say(`${whoIs(user)} at ${apiUrl}`);
    },
  };
}

function whoIs({ name, roles, project }: TokenView['user']): string {
  return `${name} (${roles.join(', ')} of project ${project})`;
}
