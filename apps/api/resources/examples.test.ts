import assert from 'node:assert/strict';
import { ask } from '../testing/ask.js';
import { deskOf, type Desk } from '../testing/desk.js';
import { startTestApi, type TestApi } from '../testing/start-test-api.js';

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly schema?: { readonly example?: string } }[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly example?: unknown } };
  };
  readonly responses: Readonly<Record<string, unknown>>;
}
interface Route extends Operation {
  readonly method: string;
  readonly path: string;
}

// What must be there before something else can refer to it.
const ORDER = [
  'clients',
  'actions',
  'storages',
  'sessions',
  'jobs',
  'backups',
  'users',
  'restores',
  'freezer v2',
];
const VERBS = ['post', 'put', 'patch'];

describe('the examples of /openapi.json', () => {
  let api: TestApi;
  let desk: Desk;
  let routes: readonly Route[];

  before(async () => {
    api = await startTestApi();
    desk = deskOf(api.url, api.tokens.admin);
    const document = (await ask(api.url, 'GET /openapi.json')).body as {
      paths: Record<string, Record<string, Operation>>;
    };
    routes = Object.entries(document.paths)
      .flatMap(([path, item]) =>
        Object.entries(item).map(([method, operation]) => ({ ...operation, method, path })),
      )
      .filter(({ tags }) => tags.some((tag) => ORDER.includes(tag)))
      .sort((a, b) => rank(a) - rank(b));
  });
  after(() => api.close());

  it('stand at every route that takes a body', () => {
    const without = routes.filter(
      ({ requestBody }) => requestBody && exampleOf({ requestBody }) === undefined,
    );
    assert.deepEqual(
      without.map(({ operationId }) => operationId),
      [],
    );
    assert.ok(routes.length > 60);
  });

  it('are taken as they stand, one after the other', async () => {
    const made = new Map<string, string>();
    for (const route of routes.filter((each) => exampleOf(each) !== undefined)) {
      const line = `${route.method.toUpperCase()} ${filled(route, made)}`;
      const answer = await desk(line, exampleOf(route));
      const good = Object.keys(route.responses).filter((status) => /^2/.test(status));
      assert.ok(good.includes(String(answer.status)) || answer.status === 201, `${line}: ${answer.text}`);
      for (const [name, value] of Object.entries(answer.body)) {
        if (typeof value === 'string') made.set(`${route.path}/{${name}}`, value);
      }
    }
  });
});

function rank({ tags, path, method }: Route): number {
  return ORDER.indexOf(tags[0] ?? '') * 1000 + path.length + VERBS.indexOf(method);
}

function exampleOf({ requestBody }: Pick<Operation, 'requestBody'>): unknown {
  return requestBody?.content['application/json'].example;
}

/** The path with the examples of its parameters; else with the ids of what was made there. */
function filled({ path, parameters = [] }: Route, made: ReadonlyMap<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (place, name: string, at: number) => {
    const example = parameters.find((parameter) => parameter.name === name)?.schema?.example;
    const value = example ?? made.get(path.slice(0, at) + place);
    assert.ok(value, `${path}: nothing is known for ${place}`);
    return value;
  });
}
