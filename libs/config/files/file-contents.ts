import type { NamedValue } from '../setting.js';

/** What stands in a config file, not yet read. */
export interface FileContents {
  readonly values: readonly NamedValue[];
  /** Descriptions of storages by their names: the sections `[storage:NAME]`, or the mapping `storages`. */
  readonly storages: readonly NamedValue[];
}
