/** An operation of /openapi.json, as far as tests use it. */
export interface Operation {
  /** `GET /api/v1/jobs/{id}` */
  readonly line: string;
  readonly method: string;
  readonly path: string;
  /** `jobs`, `clients` …: whose id stands in the path. */
  readonly kind: string;
  readonly example: unknown;
  /** Status codes of success, as documented. */
  readonly good: readonly number[];
  readonly parameters: readonly Parameter[];
  /** What it must be asked with, for a client. */
  query(clientId: string): string;
  /** The example; ids in it that must be that of the path are. */
  exampleWith(id: string): unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: { readonly example?: string };
}

interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly example?: unknown }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** Every operation of the document, in its order. */
export function operationsOf(document: Readonly<Record<string, unknown>>): readonly Operation[] {
  const paths = document['paths'] as Record<string, Record<string, Described>>;
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]) => operation(path, method.toUpperCase(), described)),
  );
}

function operation(
  path: string,
  method: string,
  { parameters = [], requestBody, responses }: Described,
): Operation {
  const example = requestBody?.content?.['application/json']?.example;
  const required = parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
  return {
    ...{ line: `${method} ${path}`, method, path, example, parameters },
    kind: /^\/(?:api\/v1\/node|api\/v1|v2\/\{project_id\})\/([\w-]+)/.exec(path)?.[1] ?? '',
    good: Object.keys(responses)
      .map(Number)
      .filter((status) => status >= 200 && status < 400),
    query: (clientId) =>
      required.length === 0
        ? ''
        : `?${required.map(({ name }) => `${name}=${name === 'clientId' ? clientId : 'x'}`).join('&')}`,
    exampleWith: (id) => {
      if (typeof example !== 'object' || example === null || !('id' in example)) return example;
      return { ...example, id };
    },
  };
}
