import type { Command } from 'commander';
import { openApiClient, type ApiClient } from '#api-client';
import { cliConfig, cliOptionList, type CliConfig } from '#config';
import { Failure, systemClock } from '#kernel';
import { commanderOption, givenTo } from '../../process/commander-option.js';
import type { Cli } from '../cli.js';
import { readLogin } from '../login/credentials.js';

/** The address that `firn up` has when nothing is said. */
const DEFAULT_API_URL = 'http://127.0.0.1:9090';

/** What a command that talks to the API works with. */
export interface ApiCommandContext {
  readonly cli: Cli;
  /** As whoever is logged in, or has given a token. */
  readonly api: ApiClient;
  readonly apiUrl: string;
  readonly config: CliConfig;
  /** The command's own options, by commander's names; only those that were given. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
}

export interface ApiCommandSpec {
  /** Name and arguments, as commander takes them: `show <id>`. */
  readonly usage: string;
  readonly summary: string;
  /** Flags as commander takes them, and their help. */
  readonly options?: readonly (readonly [flags: string, help: string])[];
  readonly examples: readonly string[];
  /** Further lines for the help. */
  readonly notes?: readonly string[];
  /** Without it: any project of an administrator may be named. */
  readonly withoutProject?: boolean;
  run(context: ApiCommandContext): Promise<void>;
}

/** Makes a command that talks to the API below `parent`, with the options that all of them have. */
export function addApiCommand(parent: Command, cli: Cli, spec: ApiCommandSpec): void {
  const command = parent.command(spec.usage).description(spec.summary);
  for (const [flags, help] of spec.options ?? []) command.option(flags, help);
  if (!spec.withoutProject) command.option('--project <id>', 'project to work in, for administrators');
  for (const option of cliOptionList) if (!option.secret) command.addOption(commanderOption(option));
  const examples = ['Examples:', ...spec.examples.map((example) => `  ${example}`)];
  const notes = spec.notes ? [...spec.notes, ''] : [];
  command.addHelpText('after', `\n${[...notes, ...examples].join('\n')}`);
  command.action(async (...args: unknown[]) => {
    const words = args
      .slice(0, -2)
      .flat()
      .filter((word) => typeof word === 'string');
    const options = givenTo(command);
    const config = await cliConfig({ commandLine: commonOnes(options) });
    await spec.run({
      ...{ cli, config, options, words },
      // What needs no login works with a broken one, too.
      get apiUrl() {
        return apiUrlOf(config);
      },
      get api() {
        return apiOf(config, apiUrlOf(config), options['project']);
      },
    });
  });
}

/** Those of the options that all of these commands have. */
function commonOnes(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const keys = cliOptionList.map(({ key }) => key);
  return Object.fromEntries(Object.entries(options).filter(([key]) => keys.includes(key)));
}

function apiUrlOf({ apiUrl, credentialsFile }: CliConfig): string {
  return apiUrl ?? readLogin(credentialsFile)?.apiUrl ?? DEFAULT_API_URL;
}

function apiOf(config: CliConfig, apiUrl: string, project: unknown): ApiClient {
  return openApiClient({
    apiUrl,
    clock: systemClock,
    ...(typeof project === 'string' && { project }),
    credentials: async () => {
      const given = config.token?.reveal();
      if (given !== undefined) return { token: given };
      const login = readLogin(config.credentialsFile);
      // A token is sent only to the API that it came from.
      if (login && sameAddress(login.apiUrl, apiUrl)) return { token: login.token };
      throw new Failure('auth.token-missing', `nobody is logged in to ${apiUrl}`, { apiUrl });
    },
  });
}

function sameAddress(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}
