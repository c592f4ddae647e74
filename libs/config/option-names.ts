import { withNearest } from '#kernel';
import { agentOptionList, type KeyedAgentOption } from './agent-options.js';
import { dashedName } from './dashed-name.js';
import { freezerOptions, type FreezerOption } from './freezer/freezer-options.js';
import { secretRefusal, settingOfFreezer } from './freezer/freezer-storage.js';

/** What a name means wherever options are written. */
export type NameMeaning =
  | { readonly kind: 'option'; readonly option: KeyedAgentOption; readonly opposite: boolean }
  | { readonly kind: 'freezer'; readonly option: FreezerOption }
  /** A setting of the storage, by the name that its driver gives it. */
  | { readonly kind: 'storage-setting'; readonly setting: string }
  | { readonly kind: 'secret'; readonly remedy: string }
  | { readonly kind: 'unknown' };

const SECRET_REFUSED =
  'secrets do not belong here; write the passphrase into a file and name it with encrypt-pass-file, or set FIRN_PASSPHRASE';

/** Names under which people write secrets where they do not belong. */
const SECRETS: ReadonlySet<string> = new Set([
  ...[
    'passphrase',
    'password',
    'encrypt-pass',
    'encrypt-passphrase',
    'encryption-passphrase',
    'encryption-password',
  ],
  ...[
    'new-passphrase',
    'recovery-key',
    'firn-passphrase',
    'firn-new-passphrase',
    'firn-recovery-key',
    'encryption-key',
  ],
]);

export const STORAGE_OPTION = 'storage-option';

const options = new Map<string, NameMeaning>(
  agentOptionList.flatMap((option) => [
    ...[option.name, ...(option.aliases ?? [])].map((name) => [name, meaning(option, false)] as const),
    ...(option.opposites ?? []).map((name) => [name, meaning(option, true)] as const),
  ]),
);

/** Reads `path-to-backup`, `path_to_backup`, `pathToBackup` and `--path-to-backup` alike. */
export function meaningOf(name: string): NameMeaning {
  const dashed = dashedName(name);
  const freezer = freezerOptions.get(dashed);
  const setting = settingOfFreezer(dashed);
  const remedy = SECRETS.has(dashed) ? SECRET_REFUSED : secretRefusal(dashed);
  if (remedy !== undefined) return { kind: 'secret', remedy };
  if (setting !== undefined) return { kind: 'storage-setting', setting };
  return options.get(dashed) ?? (freezer ? { kind: 'freezer', option: freezer } : { kind: 'unknown' });
}

/** `unknown option "compresion" (did you mean "compression"?)` */
export function unknownOption(name: string): string {
  return `unknown option ${withNearest(dashedName(name), options.keys())}`;
}

function meaning(option: KeyedAgentOption, opposite: boolean): NameMeaning {
  return { kind: 'option', option, opposite };
}
