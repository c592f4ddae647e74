import { withNearest } from '#kernel';
import { agentOptionList, type KeyedAgentOption } from './agent-options.js';
import { dashedName } from './dashed-name.js';
import { freezerOptions, type FreezerOption } from './freezer/freezer-options.js';

/** What a name means wherever options are written. */
export type NameMeaning =
  | { readonly kind: 'option'; readonly option: KeyedAgentOption; readonly opposite: boolean }
  | { readonly kind: 'freezer'; readonly option: FreezerOption }
  | { readonly kind: 'secret' }
  | { readonly kind: 'unknown' };

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
  if (SECRETS.has(dashed)) return { kind: 'secret' };
  return options.get(dashed) ?? (freezer ? { kind: 'freezer', option: freezer } : { kind: 'unknown' });
}

/** `unknown option "compresion" (did you mean "compression"?)` */
export function unknownOption(name: string): string {
  return `unknown option ${withNearest(dashedName(name), options.keys())}`;
}

function meaning(option: KeyedAgentOption, opposite: boolean): NameMeaning {
  return { kind: 'option', option, opposite };
}
