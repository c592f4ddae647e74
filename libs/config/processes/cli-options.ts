import { flag } from '../values/option-values.js';
import { personalConfigDirectory } from './places.js';
import { defaulted, flagged, listOf, optional, type ValuesOf } from './process-option.js';
import { httpUrl, place, secretText } from './process-values.js';

/** Options that every command of `firn` which talks to the API has. */
export const cliOptions = {
  apiUrl: optional({
    name: 'api-url',
    metavar: 'URL',
    schema: httpUrl,
    help: 'address of the API (default that of the last login)',
  }),
  token: optional({ name: 'token', schema: secretText, secret: true, help: 'token to use' }),
  credentialsFile: defaulted(
    (facts) => `${personalConfigDirectory(facts)}/credentials.json`,
    {
      name: 'credentials-file',
      metavar: 'FILE',
      schema: place,
      help: 'file that keeps the login; FIRN_TOKEN does without one',
    },
    '~/.config/firn/credentials.json',
  ),
  json: flagged({ name: 'json', schema: flag, help: 'print what the API answers, for programs' }),
} as const;

export const cliOptionList = listOf(cliOptions);
export type CliOptionValues = ValuesOf<typeof cliOptions>;
