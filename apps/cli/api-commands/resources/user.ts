import { Failure, withNearest } from '#kernel';
import { readSecretFile, secretText } from '#config';
import { ROLES, type Role } from '#domain';
import type { UserView } from '#node-protocol';
import type { AddCommand } from '../../cli.js';
import { addApiCommand, type ApiCommandContext } from '../api-command.js';
import { shortTime } from '../../output/moments.js';
import { addResource, viewOf, type ResourceCommands } from './resource-commands.js';

const users: ResourceCommands<UserView> = {
  name: 'user',
  one: 'a user',
  many: 'users',
  summary: 'Users: accounts of people and of schedulers, for administrators',
  exampleId: 'kim',
  missing: 'user.missing',
  columns: [
    ['NAME', (user) => user.name],
    ['PROJECT', (user) => user.project],
    ['ROLES', (user) => user.roles.join(', ')],
    ['CREATED', (user) => shortTime(user.createdAt)],
    ['ID', (user) => user.id, 'id'],
  ],
  views: (api) => api.users,
  called: (user) => user.name,
  remove: (api, id, signal) => api.users.remove(id, signal),
};

const PASSWORD_FILE = ['--password-file <file>', 'take the password from a file (default make one)'] as const;

/** `firn user`: accounts of people, and of schedulers with the role `service`. */
export const addUser: AddCommand = (program, cli) => {
  const user = addResource(program, cli, users);
  addApiCommand(user, cli, {
    usage: 'create <name>',
    summary: 'Create a user; a password that was made is shown this once',
    options: [['--role <role...>', `${ROLES.join(', ')} (default member)`], PASSWORD_FILE],
    examples: [
      'firn user create kim --role member',
      'firn user create web1 --role service    # the account of a scheduler',
      'firn user create kim --project shop',
    ],
    async run(context) {
      const { options, words, api } = context;
      const project = options['project'];
      const made = await api.createUser(
        {
          name: words[0] ?? '',
          roles: rolesOf(options['role']),
          ...(typeof project === 'string' && { project }),
          ...(await passwordOf(options)),
        },
        cli.signal,
      );
      if (context.config.json) return cli.say(JSON.stringify(made));
      cli.say(`created user ${made.user.name} (${made.user.roles.join(', ')} of ${made.user.project})`);
      showPassword(context, made.password);
    },
  });
  addApiCommand(user, cli, {
    usage: 'password <id>',
    summary: 'Give a user another password',
    options: [PASSWORD_FILE],
    examples: ['firn user password kim', 'firn user password kim --password-file ./new-password'],
    async run(context) {
      const { id, name } = await viewOf(users, context, context.words[0] ?? '');
      const given = await passwordOf(context.options);
      const password = await context.api.setPassword(id, given.password, cli.signal);
      if (context.config.json) return cli.say(JSON.stringify({ user: id, password }));
      context.cli.say(`the password of ${name} is changed`);
      showPassword(context, password);
    },
  });
};

function showPassword({ cli }: ApiCommandContext, password: string | undefined): void {
  if (password !== undefined) cli.say(`password: ${password}  (shown once)`);
}

function rolesOf(given: unknown): Role[] {
  const words = Array.isArray(given) ? given.map(String).flatMap((word) => word.split(',')) : ['member'];
  return words.map((word) => {
    const role = ROLES.find((known) => known === word);
    if (!role) throw new Failure('input.invalid', `--role: unknown role ${withNearest(word, ROLES)}`);
    return role;
  });
}

async function passwordOf(options: Readonly<Record<string, unknown>>): Promise<{ password?: string }> {
  const file = options['passwordFile'];
  if (typeof file !== 'string') return {};
  return { password: (await readSecretFile(file, secretText)).reveal() };
}
