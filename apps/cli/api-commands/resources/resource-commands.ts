import type { Command } from 'commander';
import type { ApiClient, Filters, Resource } from '#api-client';
import { Failure, type FailureCode } from '#kernel';
import type { Cli } from '../../cli.js';
import { readDocument } from '../../documents/read-document.js';
import { showChanged, showList, showOne, type Column } from '../../output/show.js';
import { addApiCommand, type ApiCommandContext, type ApiCommandSpec } from '../api-command.js';
import { wholeId } from './whole-id.js';

type Views<View> = Pick<Resource<View, unknown, unknown>, 'list' | 'all' | 'get'>;

/** What `firn <name> list|show|create|update|delete` needs to know of one kind of document. */
export interface ResourceCommands<View extends { readonly id: string }> {
  readonly name: string;
  /** With its article, as in "Show a job". */
  readonly one: string;
  readonly many: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly missing: FailureCode;
  readonly columns: readonly Column<View>[];
  readonly views: (api: ApiClient) => Views<View>;
  /** What a document is called besides its id, such as the name of a client. */
  readonly called?: (view: View) => string;
  /** An id as people write it in an example; a beginning of one by default. */
  readonly exampleId?: string;
  /** Options of `list` that become filters. */
  readonly filters?: readonly ListFilter[];
  readonly create?: {
    readonly examples: readonly string[];
    readonly notes?: readonly string[];
    /** Which documents it takes. */
    readonly document?: string;
    readonly options?: ApiCommandSpec['options'];
    /** Gives the document back as it is now. */
    readonly act: (context: ApiCommandContext, document: unknown) => Promise<View>;
    readonly then?: (context: ApiCommandContext, made: View) => Promise<void>;
  };
  readonly update?: (context: ApiCommandContext, id: string, document: unknown) => Promise<View>;
  /** What stays when it is deleted. */
  readonly afterwards?: string;
  readonly remove?: (api: ApiClient, id: string, signal: AbortSignal) => Promise<boolean>;
}

/** `whole` makes of a shortened id the one that the API looks for. */
export type ListFilter = readonly [
  flags: string,
  help: string,
  filter: string,
  whole?: (context: ApiCommandContext, word: string) => Promise<string>,
];

const DEFAULT_LIMIT = 50;
const DOCUMENT = 'JSON or YAML; "-" is standard input';
const IDS = 'Ids may be shortened to a beginning that no other has. Every command has a --help of its own.';
/** An id, or as much of it as no other has. */
export const EXAMPLE_ID = '4f7a';

/** Adds `firn <name>` with its verbs; gives it back for verbs of its own. */
export function addResource<View extends { readonly id: string }>(
  program: Command,
  cli: Cli,
  kind: ResourceCommands<View>,
): Command {
  const parent = program.command(kind.name).description(kind.summary).addHelpText('after', `\n${IDS}`);
  addApiCommand(parent, cli, listSpec(kind));
  const { exampleId = EXAMPLE_ID } = kind;
  addApiCommand(parent, cli, {
    usage: 'show <id>',
    summary: `Show ${kind.one}`,
    examples: [`firn ${kind.name} show ${exampleId}`, `firn ${kind.name} show ${exampleId} --json`],
    run: async (context) => showOne(context, await viewOf(kind, context, context.words[0] ?? '')),
  });
  if (kind.create) addApiCommand(parent, cli, createSpec(kind, kind.create));
  if (kind.update) addApiCommand(parent, cli, updateSpec(kind, kind.update));
  if (kind.remove) addApiCommand(parent, cli, removeSpec(kind, kind.remove));
  return parent;
}

/** The document of a whole id, of the beginning of one, or of its name. */
export async function viewOf<View extends { readonly id: string }>(
  kind: Pick<ResourceCommands<View>, 'name' | 'missing' | 'views' | 'called'>,
  { api, cli }: ApiCommandContext,
  word: string,
): Promise<View> {
  const views = kind.views(api);
  return wholeId(word, kind, views, cli.signal);
}

function listSpec<View extends { readonly id: string }>(kind: ResourceCommands<View>): ApiCommandSpec {
  return {
    usage: 'list',
    summary: `List ${kind.many}`,
    options: [
      ...(kind.filters ?? []).map(([flags, help]) => [flags, help] as const),
      ['--limit <n>', `how many at most (default ${DEFAULT_LIMIT})`],
      ['--offset <n>', 'how many to pass over (default 0)'],
      ['--all', 'everything, whatever the limit'],
    ],
    examples: [`firn ${kind.name} list`, `firn ${kind.name} list --all --json`],
    async run(context) {
      const { api, cli, options } = context;
      const filters = await filtersOf(kind, context);
      if (options['all'] === true) {
        const views: View[] = [];
        for await (const view of kind.views(api).all(filters, cli.signal)) views.push(view);
        return showList(context, kind, { items: views, total: views.length, offset: 0 });
      }
      const paged = {
        ...filters,
        limit: wholeNumber('limit', options['limit'], DEFAULT_LIMIT),
        offset: wholeNumber('offset', options['offset'], 0),
      };
      showList(context, kind, await kind.views(api).list(paged, cli.signal));
    },
  };
}

function createSpec<View extends { readonly id: string }>(
  kind: ResourceCommands<View>,
  create: NonNullable<ResourceCommands<View>['create']>,
): ApiCommandSpec {
  return {
    usage: 'create',
    summary: `Create ${kind.one} from a document`,
    options: [['--file <file>', create.document ?? DOCUMENT], ...(create.options ?? [])],
    ...(create.notes && { notes: create.notes }),
    examples: create.examples,
    async run(context) {
      const made = await create.act(context, await readDocument(context.options['file']));
      if (create.then) return create.then(context, made);
      showChanged(context, made, `created ${kind.name} ${kind.called?.(made) ?? made.id}`);
    },
  };
}

function updateSpec<View extends { readonly id: string }>(
  kind: ResourceCommands<View>,
  update: NonNullable<ResourceCommands<View>['update']>,
): ApiCommandSpec {
  return {
    usage: 'update <id>',
    summary: `Change ${kind.one}; what the document does not name stays`,
    options: [['--file <file>', DOCUMENT]],
    examples: [`firn ${kind.name} update ${kind.exampleId ?? EXAMPLE_ID} --file changes.yaml`],
    async run(context) {
      const document = await readDocument(context.options['file']);
      const { id } = await viewOf(kind, context, context.words[0] ?? '');
      const changed = await update(context, id, document);
      showChanged(context, changed, `changed ${kind.name} ${kind.called?.(changed) ?? id}`);
    },
  };
}

function removeSpec<View extends { readonly id: string }>(
  kind: ResourceCommands<View>,
  remove: NonNullable<ResourceCommands<View>['remove']>,
): ApiCommandSpec {
  return {
    usage: 'delete <id>',
    summary: `Delete ${kind.one}${kind.afterwards === undefined ? '' : `; ${kind.afterwards}`}`,
    examples: [`firn ${kind.name} delete ${kind.exampleId ?? EXAMPLE_ID}`],
    async run(context) {
      const view = await viewOf(kind, context, context.words[0] ?? '');
      await remove(context.api, view.id, context.cli.signal);
      showChanged(context, { id: view.id }, `deleted ${kind.name} ${kind.called?.(view) ?? view.id}`);
    },
  };
}

async function filtersOf<View extends { readonly id: string }>(
  kind: ResourceCommands<View>,
  context: ApiCommandContext,
): Promise<Filters> {
  const filters: Record<string, string | boolean> = {};
  for (const [flags, , filter, whole] of kind.filters ?? []) {
    const name = /--([\w-]+)/.exec(flags)?.[1] ?? '';
    const value = context.options[name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (typeof value === 'string') filters[filter] = whole ? await whole(context, value) : value;
    if (typeof value === 'boolean') filters[filter] = value;
  }
  return filters;
}

function wholeNumber(option: string, given: unknown, otherwise: number): number {
  if (typeof given !== 'string') return otherwise;
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new Failure('input.invalid', `--${option}: "${given}" is not a whole number`, { option });
}
