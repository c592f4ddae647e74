import type { SwaggerDocumentOptions } from '@nestjs/swagger';
import { invariant, z } from '#kernel';

type Converter = NonNullable<SwaggerDocumentOptions['standardSchemaConverter']>;

/**
 * Our schemas as OpenAPI has them. One with an id becomes a component of that name; two schemas of one name that differ
 * are a mistake, which is told.
 */
export function schemaConverter(): Converter {
  const named = new Map<string, string>();
  return (schema, { schemaType }) => {
    if (!(schema instanceof z.ZodType)) return undefined;
    const { $schema: _, definitions = {}, ...root } = jsonSchema(schema, schemaType) as JsonSchema;
    for (const [name, definition] of Object.entries(definitions)) {
      const text = JSON.stringify(definition);
      invariant((named.get(name) ?? text) === text, `two schemas are called "${name}" and differ`);
      named.set(name, text);
    }
    return { schema: root, components: definitions };
  };
}

interface JsonSchema {
  readonly $schema?: string;
  readonly definitions?: Readonly<Record<string, object>>;
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema, zodSchema }) => {
      // The format says it; the pattern fills half a page.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      // Every whole number has these bounds.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      // Answers may get more fields one day; only what is strict stays closed.
      if (zodSchema instanceof z.ZodObject && zodSchema.def.catchall === undefined) {
        delete jsonSchema.additionalProperties;
      }
    },
  });
}
