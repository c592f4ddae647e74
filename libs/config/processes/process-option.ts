import type { Schema } from '#kernel';
import { variableOf } from '../agent-options.js';
import type { Environment } from '../environment.js';

/** What defaults of processes may depend on. */
export interface ProcessFacts {
  readonly hostname: string;
  /** IANA name of the zone of this machine. */
  readonly timezone: string;
  readonly root: boolean;
  readonly home: string;
  readonly env: Environment;
}

/**
 * One option of `firn-api`, `firn-scheduler` or `firn` as data: command line, variable, config file and help are made
 * from it. `Sure` says that there is always a value.
 */
export interface ProcessOption<Value = unknown, Sure extends boolean = boolean> {
  /** As in the config object. */
  readonly key: string;
  /** As on the command line, without the dashes; with `_` in files. */
  readonly name: string;
  /** Further names, such as those that Freezer's scheduler has. */
  readonly aliases?: readonly string[];
  /** One letter for the command line. */
  readonly short?: string;
  /** What stands for the value in the help; flags have none. */
  readonly metavar?: string;
  /** One line, with the default in words. */
  readonly help: string;
  readonly schema: Schema<Value>;
  readonly repeatable?: boolean;
  /** Never shown, and taken from its variable or from the file of another option, nowhere else. */
  readonly secret?: boolean;
  /** Key of the secret whose file this option names. */
  readonly fileOf?: string;
  /** In the environment. */
  readonly variable: string;
  readonly default?: (facts: ProcessFacts) => Value;
  readonly sure: Sure;
}

type Spec<Value> = Omit<ProcessOption<Value>, 'key' | 'sure' | 'default' | 'variable'> & {
  readonly variable?: string;
};
export type Unkeyed<Value, Sure extends boolean> = Omit<ProcessOption<Value, Sure>, 'key'>;
export type ProcessTable = Readonly<Record<string, Unkeyed<unknown, boolean>>>;

/** The values of a table of options: nothing is undefined that has a default. */
export type ValuesOf<Table extends ProcessTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Unkeyed<infer Value, infer Sure>
    ? Sure extends true
      ? Value
      : Value | undefined
    : never;
};

/** An option that may be left out. */
export function optional<Value>(spec: Spec<Value>): Unkeyed<Value, false> {
  return { variable: variableOf(spec.name), ...spec, sure: false };
}

/** An option with a default; `shown` says it in the help where it is no constant. */
export function defaulted<Value>(
  value: NoInfer<Value> | ((facts: ProcessFacts) => NoInfer<Value>),
  spec: Spec<Value>,
  shown: string = String(value),
): Unkeyed<Value, true> {
  const of = typeof value === 'function' ? (value as (facts: ProcessFacts) => Value) : () => value as Value;
  const help = `${spec.help} (default ${shown})`;
  return { variable: variableOf(spec.name), ...spec, help, default: of, sure: true };
}

/** Yes or no; no unless it is given. */
export function flagged(spec: Spec<boolean>): Unkeyed<boolean, true> {
  return defaulted<boolean>(false, spec, 'no');
}

/** The table as a list, in the order of the help. */
export function listOf(table: ProcessTable): readonly ProcessOption[] {
  return Object.entries(table).map(([key, option]) => ({ ...option, key }));
}
