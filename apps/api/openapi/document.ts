import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { invariant, type z } from '#kernel';
import { problemDocument } from '#node-protocol';
import { PROGRAM_VERSION } from '../../process/program.js';
import { freezerFault } from '../compat/freezer-v2/faults/freezer-fault.js';
import { isFreezerPath } from '../compat/freezer-v2/freezer-address.js';
import { finishOperation, takesProject, type Operation } from './operation.js';
import { schemaConverter } from './schema-converter.js';

const SECURITY = 'token';

/** The whole API as an OpenAPI document, made from the routes and schemas that answer. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const convert = schemaConverter();
  const base = new DocumentBuilder()
    .setTitle('Firn')
    .setVersion(PROGRAM_VERSION)
    .setDescription(DESCRIPTION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, SECURITY)
    .addServer('/')
    .build();
  const document = SwaggerModule.createDocument(app, base, {
    standardSchemaConverter: convert,
    operationIdFactory: (controller, method) => `${withoutEnd(controller)}_${method}`,
  });
  const refusals = {
    native: { type: 'application/problem+json', schema: component(document, convert, problemDocument) },
    freezer: { type: 'application/json', schema: component(document, convert, freezerFault) },
  };
  for (const [path, item] of Object.entries(document.paths)) {
    const refusal = isFreezerPath(path) ? refusals.freezer : refusals.native;
    for (const operation of operationsOf(item)) {
      if (path.startsWith('/api/v1/') && !path.startsWith('/api/v1/tokens')) takesProject(operation);
      finishOperation(operation, SECURITY, refusal);
    }
  }
  return document;
}

/** Puts a schema among the components; a reference to it. */
function component(
  document: OpenAPIObject,
  convert: ReturnType<typeof schemaConverter>,
  schema: z.ZodType,
): object {
  const converted = convert(schema, { schemaType: 'output' });
  const id = schema.meta()?.id;
  invariant(converted && id, 'a component has a schema and a name');
  const schemas = { ...converted.components, ...document.components?.schemas };
  document.components = { ...document.components, schemas };
  return { $ref: `#/components/schemas/${id}` };
}

function operationsOf(item: object): Operation[] {
  return Object.values(item).filter((value: unknown): value is Operation => {
    return typeof value === 'object' && value !== null && 'responses' in value;
  });
}

/** `NodeRunsController` as `nodeRuns`. */
function withoutEnd(controller: string): string {
  const name = controller.replace(/Controller$/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

const DESCRIPTION = `Stores jobs, runs and backups, and tells schedulers what there is to do. It never sees a byte of a backup.

Log in with \`POST /api/v1/tokens\`, and send the token with every request:

    curl -s -X POST http://127.0.0.1:9090/api/v1/tokens -H 'Content-Type: application/json' \\
      -d '{"username": "admin", "password": "…"}'
    curl -s http://127.0.0.1:9090/api/v1/tokens/current -H "Authorization: Bearer $TOKEN"

Every failure is a problem document (RFC 9457) with a code and a hint. Every answer has an id in
\`x-openstack-request-id\`, under which the log knows it. Administrators name another project than their own with
\`?project=\`. Routes below \`/v2\` speak as OpenStack Freezer does, also when they refuse.`;
