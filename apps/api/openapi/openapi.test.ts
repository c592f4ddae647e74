import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { ask } from '../testing/ask.js';
import { startTestApi, type TestApi } from '../testing/start-test-api.js';

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
  readonly security: readonly object[];
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

describe('/openapi.json', () => {
  let api: TestApi;
  let document: Document;
  let operations: { line: string; path: string; operation: Operation }[];
  before(async () => {
    api = await startTestApi();
    document = (await ask(api.url, 'GET /openapi.json')).body as unknown as Document;
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        line: `${method.toUpperCase()} ${path}`,
        ...{ path, operation },
      })),
    );
  });
  after(() => api.close());

  it('is of a version that tools read, and has the routes of schedulers and people', () => {
    assert.equal(document.openapi, '3.0.0');
    for (const path of ['/healthz', '/api/v1/tokens', '/api/v1/node/claims', '/metrics']) {
      assert.ok(document.paths[path], path);
    }
  });

  it('gives every operation an id of its own, a summary, a tag and an answer', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length, ids.join(' '));
    for (const { line, operation } of operations) {
      assert.match(operation.operationId, /^[a-zA-Z0-9_]+$/, line);
      assert.match(operation.summary ?? '', /^[A-Z]/, `${line} has no summary`);
      assert.ok((operation.tags ?? []).length > 0, `${line} has no tag`);
      const good = Object.keys(operation.responses).filter((status) => /^[23]/.test(status));
      assert.ok(good.length > 0, `${line} has no good answer`);
      assert.ok(operation.responses['default'], `${line} does not tell of failures`);
    }
  });

  it('knows every route that answers', async () => {
    for (const { line, path } of operations) {
      const [method = ''] = line.split(' ');
      const others = METHODS.map((name) => name.toUpperCase()).filter((name) => name !== method);
      const real = path.replaceAll(/\{\w+\}/g, 'x');
      const answer = await ask(api.url, `TRACE ${real}`);
      assert.equal(answer.status, 405, line);
      const allowed = String(answer.headers['allow']).split(', ');
      assert.ok(allowed.includes(method), `${line} is not answered`);
      for (const other of others.filter((name) => allowed.includes(name))) {
        const described = operations.some(
          (operation) => operation.line.startsWith(`${other} `) && matches(operation.path, real),
        );
        assert.ok(described, `${other} ${path} is answered and not described`);
      }
    }
  });

  it('has no reference that leads nowhere, and nothing that is left over', () => {
    const text = JSON.stringify(document);
    for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      assert.ok(document.components.schemas[name], name);
    }
    assert.doesNotMatch(text, /"\$ref":"#\/(definitions|\$defs)/);
    assert.doesNotMatch(text, /x-request-example|x-public/);
  });

  it('describes every parameter of a path', () => {
    for (const { line, path, operation } of operations) {
      for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) {
        const found = (operation.parameters ?? []).find(
          (parameter) => parameter.name === name && parameter.in === 'path',
        );
        assert.ok(found?.required, `${line} does not describe {${name}}`);
      }
    }
  });

  it('asks for a token where one is needed, and nowhere else', async () => {
    for (const { line, path, operation } of operations) {
      const { status } = await ask(api.url, line.replaceAll(/\{\w+\}/g, 'x'), {
        ...(operation.requestBody && { body: {} }),
      });
      assert.equal(operation.security.length > 0, status === 401, `${line} ${path}`);
    }
  });

  it('has examples that are taken as they are', async () => {
    let tried = 0;
    for (const { line, operation } of operations) {
      const example = operation.requestBody?.content['application/json']?.example;
      if (example === undefined) continue;
      tried += 1;
      const { status, text } = await ask(api.url, line.replaceAll(/\{\w+\}/g, 'x'), {
        token: api.tokens.admin,
        body: example,
      });
      // Nobody of these names is there; what is wrong must not be the example.
      const refusedItself = [415, 500].includes(status) || /the body is not valid/.test(text);
      assert.ok(!refusedItself, `${line}: ${status} ${text}`);
    }
    assert.ok(tried >= 5);
  });

  it('has an example for every body', () => {
    const without = operations.filter(
      ({ operation }) => operation.requestBody && !operation.requestBody.content['application/json']?.example,
    );
    assert.deepEqual(
      without.map(({ line }) => line),
      [],
    );
  });
});

describe('/docs', () => {
  it('is a page whose scripts and styles all come from the API itself', async () => {
    await using api = await startTestApi();
    const page = await ask(api.url, 'GET /docs');
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-type']), /^text\/html/);
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part = '']) => part);
    assert.ok(parts.length >= 3);
    for (const part of parts) {
      assert.doesNotMatch(part, /^(https?:)?\/\//);
      const { status } = await ask(api.url, `GET /${part.replace(/^\.?\//, '')}`);
      assert.equal(status, 200, part);
    }
    assert.doesNotMatch(page.text, /<script>[^<]*\S[^<]*<\/script>/);
  });
});

function matches(template: string, path: string): boolean {
  return new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
}
