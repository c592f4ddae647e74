import { CODEC_NAMES, codecLevels } from '#codecs';
import { AGENT_ACTIONS, readActionSettings, type ActionSettingsReading } from '#config';
import type { ActionSettings, Capabilities } from '#domain';
import { archiveEngines } from '#engines/drivers';
import { withNearest, type Problem } from '#kernel';
import { storageDrivers } from '#storage/drivers';

/** What the agent of this version can do: the claim of a client that makes none of its own. */
export const allCapabilities: Capabilities = {
  // Freezer's name of prune.
  actions: [...AGENT_ACTIONS, 'admin'],
  modes: ['fs'],
  storages: storageDrivers.map((driver) => driver.kind),
  engines: archiveEngines.map((engine) => engine.name),
};

/** Everything that is wrong with the settings of an action, as far as it can be known away from its client. */
export function settingsProblems(settings: ActionSettings): readonly Problem[] {
  const read = readActionSettings(settings);
  return [...read.problems, ...storageProblems(read), ...levelProblems(read)];
}

function storageProblems({
  values: { storage: kind = 'local', container },
}: ActionSettingsReading): Problem[] {
  const driver = storageDrivers.find((candidate) => candidate.kind === kind);
  if (!driver) {
    const kinds = storageDrivers.map((candidate) => candidate.kind);
    const message = `unknown storage kind ${withNearest(kind, kinds)}; there are ${kinds.join(', ')}`;
    return [{ path: 'storage', message }];
  }
  if (container === undefined) return [];
  const { error } = driver.config.safeParse({ container });
  return (error?.issues ?? []).map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
}

function levelProblems({ values: { compression = 'zstd', compressionLevel: level } }: ActionSettingsReading) {
  const codec = CODEC_NAMES.find((name) => name === compression);
  if (level === undefined || codec === undefined || codec === 'none') return [];
  const { min, max } = codecLevels[codec];
  if (level >= min && level <= max) return [];
  return [
    { path: 'compression_level', message: `${codec} takes levels from ${min} to ${max}, not ${level}` },
  ];
}
