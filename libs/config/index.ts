/** Options from files, environment and command line as one frozen object; the only reader of the environment. */
export { agentConfig, type AgentConfig, type AgentConfigRequest } from './agent-config.js';
export { AGENT_ACTIONS, agentAction, type AgentAction, type AgentOption } from './agent-option.js';
export { readActionSettings, type ActionSettingsReading } from './action-settings.js';
export { agentOptionProblems } from './agent-option-problems.js';
export {
  agentOptionList,
  agentOptions,
  optionsFor,
  variableOf,
  type AgentOptionKey,
  type AgentOptionValues,
  type KeyedAgentOption,
  type OptionsOf,
} from './agent-options.js';
export { dashedName } from './dashed-name.js';
export { readConfigFile, type ConfigFile } from './files/config-file.js';
export {
  environmentOptions,
  environmentSecrets,
  processEnvironment,
  searchPath,
  temporaryRoot,
  terminalFacts,
  testRequirements,
  type Environment,
  type EnvironmentSecrets,
  type TerminalFacts,
} from './environment.js';
export { canonicalArguments } from './freezer/freezer-arguments.js';
export type { OptionProblem } from './option-problem.js';
export type { Origin } from './origins.js';
export { DocumentPlaces, type DocumentPath } from './files/document-places.js';
export { parsedText, type ParsedText } from './files/parsed-text.js';
export { readSmallFile } from './files/text-file.js';
export { readPassphraseFile } from './files/passphrase-file.js';
export { deliveredStorages, STORAGES_VARIABLE } from './storages/delivered-storages.js';
export { isAddress, type StorageChoice } from './storages/chosen-storages.js';
export { Secret } from './values/secret.js';
export type { OptionSource } from './setting.js';
export { formatBytes, formatRate, parseSize } from './values/sizes.js';
export { formatDuration, parseDate } from './values/times.js';
export * from './processes/index.js';
