import { CODEC_NAMES, codecLevels } from '#codecs';
import { AGENT_ACTIONS, isAddress, readActionSettings, type ActionSettingsReading } from '#config';
import type { ActionSettings, Capabilities } from '#domain';
import { archiveEngines } from '#engines/drivers';
import { asFailure, nearest, withNearest, type Problem } from '#kernel';
import { driverAt } from '#storage';
import { storageDriver, storageDrivers } from '#storage/drivers';

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

/**
 * Addresses are read as the agent will read them. A word that is no kind may be the name of a storage that the client's
 * own files describe; one that is nearly a kind is taken for a slip.
 */
function storageProblems({ values: { storage = [], container = [] } }: ActionSettingsReading): Problem[] {
  const kinds = storageDrivers.flatMap(({ kind, aliases }) => [kind, ...aliases]);
  const isSlip = (word: string) => !kinds.includes(word) && nearest(word, kinds) !== undefined;
  const slips = storage.filter((word) => !isAddress(word) && isSlip(word));
  const addresses = [...storage, ...container].filter(isAddress);
  const needsContainer = storage.some((word) => slips.includes(word) || kinds.includes(word));
  const isLocal = storage.every((word) => ['local', 'file', 'fs'].includes(word));
  return [
    ...slips.map((word) => ({
      path: 'storage',
      message: `unknown storage kind ${withNearest(word, kinds)}; there are ${kinds.join(', ')}`,
    })),
    ...(needsContainer && container.length === 0 ? [{ path: 'container', message: 'is missing' }] : []),
    ...addresses.flatMap(addressProblems),
    ...(isLocal ? container.filter((word) => !isAddress(word)).flatMap(localProblems) : []),
  ];
}

function addressProblems(address: string): Problem[] {
  try {
    driverAt(address, storageDrivers);
    return [];
  } catch (error) {
    return [{ path: 'storage', message: asFailure(error).message }];
  }
}

function localProblems(container: string): Problem[] {
  const { error } = storageDriver('local').config.safeParse({ container });
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
