/* Options by which Freezer's agent describes a storage, and what Firn's drivers call them. */
const SETTINGS: Readonly<Record<string, string>> = {
  'ssh-host': 'host',
  'ssh-port': 'port',
  'ssh-username': 'user',
  'ssh-key': 'privateKeyFile',
  'ftp-host': 'host',
  'ftp-port': 'port',
  'ftp-username': 'user',
  'access-key': 'accessKeyId',
  endpoint: 'endpoint',
};

/** Those that are secrets, and the setting that names a file with it. */
const SECRETS: Readonly<Record<string, string>> = {
  'ssh-password': 'passwordFile',
  'ftp-password': 'passwordFile',
  'secret-key': 'secretAccessKeyFile',
};

/** What to do instead of writing a storage's secret down, or `undefined` when the option is no secret. */
export function secretRefusal(dashed: string): string | undefined {
  const setting = SECRETS[dashed];
  return setting === undefined
    ? undefined
    : `secrets do not belong here; write it into a file and give --storage-option ${setting}=FILE`;
}

export function settingOfFreezer(dashed: string): string | undefined {
  return SETTINGS[dashed];
}
