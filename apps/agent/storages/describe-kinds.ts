import { settingsOf, type SettingDescription, type StorageDriver } from '#storage';
import { storageDriver, storageDrivers } from '#storage/drivers';
import type { ActionResult } from '../action.js';
import type { Reporter } from '../output/reporter.js';
import { table } from '../../process/table.js';

/** All kinds of storage, or one with its settings; everything comes from the drivers' schemas. */
export function describeKinds(kind: string | undefined, reporter: Reporter): ActionResult {
  const drivers = kind === undefined ? storageDrivers : [storageDriver(kind)];
  for (const driver of drivers) reporter.item('storage-kind', describedKind(driver), '');
  const [only] = drivers;
  return {
    summary: { action: 'storage', verb: 'kinds', state: 'succeeded', exitCode: 0, kinds: drivers.length },
    lines:
      kind === undefined || !only
        ? [
            ...table(
              ['KIND', 'WHAT IT IS', 'ADDRESS'],
              drivers.map(({ kind, summary, examples }) => [kind, summary, examples[0] ?? '']),
            ),
            '',
            'settings of one: firn-agent storage kinds KIND',
          ]
        : kindLines(only),
  };
}

/** A kind as a document: for JSON, and for whoever makes forms or pages of it. */
function describedKind(driver: StorageDriver) {
  const { kind, aliases, summary, notes, protocols, examples } = driver;
  return { kind, aliases, summary, notes, protocols, examples, settings: settingsOf(driver) };
}

function kindLines(driver: StorageDriver): readonly string[] {
  const rows = settingsOf(driver).map((setting) => [
    setting.secret ? `${setting.name}File, ${setting.name}Variable` : setting.name,
    valueOf(setting),
    [setting.help, ...setting.variables.map((variable) => `${variable} does the same.`)].join(' '),
  ]);
  return [
    `${driver.kind}: ${driver.summary}`,
    ...(driver.aliases.length > 0 ? [`also called ${driver.aliases.join(', ')}`] : []),
    '',
    ...table(['SETTING', 'VALUE', 'WHAT IT DOES'], rows),
    ...driver.notes.flatMap((note) => ['', note]),
    ...(driver.examples.length > 0 ? ['', 'addresses:', ...driver.examples.map((each) => `  ${each}`)] : []),
  ];
}

function valueOf({ type, required, secret, default: fallback, choices }: SettingDescription): string {
  const value = secret ? 'a file, or a variable' : choices ? choices.join(' | ') : type;
  if (required) return `${value}, needed`;
  return fallback === undefined ? value : `${value}, default ${JSON.stringify(fallback)}`;
}
