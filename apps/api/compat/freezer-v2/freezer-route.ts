import { applyDecorators } from '@nestjs/common';
import { ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z, type Schema } from '#kernel';
import { idText } from '#node-protocol';
import { Answers } from '../../http/route.js';
import { freezerFault } from './faults/freezer-fault.js';

/** What a route of Freezer says of itself. */
export interface FreezerRoute {
  readonly summary: string;
  readonly status?: number;
  /** Status and reason of the refusals that it has of its own. */
  readonly refuses?: Readonly<Record<number, string>>;
  readonly example?: unknown;
}

/** Describes a route of Freezer, and sets the status of its answer. */
export function FreezerAnswers(
  schema: Schema<unknown> | undefined,
  { refuses = {}, ...route }: FreezerRoute,
): MethodDecorator {
  return applyDecorators(
    Answers(schema, route),
    ...Object.entries({ 403: 'the roles of the user do not allow it', ...refuses }).map(
      ([status, description]) =>
        ApiResponse({ status: Number(status), description, standardSchema: freezerFault as never }),
    ),
  );
}

/** As {@link FreezerAnswers}, for a list of documents under `name`. */
export function FreezerLists(name: string, item: z.ZodType, summary: string): MethodDecorator {
  return applyDecorators(
    Answers(z.object({ [name]: z.array(item) }), { summary, description: SEARCH }),
    ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', default: 10 } }),
    ApiQuery({ name: 'offset', required: false, schema: { type: 'integer', default: 0 } }),
  );
}

const SEARCH =
  'A JSON body searches: `{"match": [{"client_id": "web1"}], "match_not": [{"status": "completed"}]}`. ' +
  'Keys are looked for at any depth of a document.';

/** The id of a document in a path; whatever cannot be one is not there. */
export const freezerId = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}+$/u);

/** The project in a path: whose documents are meant. */
export const freezerProject = idText.meta({ example: 'default' });
