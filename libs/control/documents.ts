import { Failure, type FailureCode, type ProjectId } from '#kernel';

/** A document of this project; one of another project is none. Rejects with `code`. */
export function inProject<Row extends { readonly project: ProjectId }>(
  row: Row | undefined,
  project: ProjectId,
  code: FailureCode,
  id: string,
): Row {
  if (row?.project === project) return row;
  throw missing(code, id);
}

/** `no job "x"`. */
export function missing(code: FailureCode, id: string): Failure {
  const what = code.slice(0, code.indexOf('.'));
  return new Failure(code, `no ${what} "${id}"`, { id });
}
