import type { Application, Request } from 'express';

/** Methods that some route has for the path of this request; none when no route knows it. */
export function allowedMethods({ app, path }: Pick<Request, 'path'> & { app: unknown }): readonly string[] {
  const { stack } = (app as Application).router;
  const methods = stack
    .filter((layer) => layer.route !== undefined && matches(layer, path))
    .flatMap((layer) => Object.keys((layer.route as unknown as RouteMethods).methods));
  const named = new Set(methods.map((method) => method.toUpperCase()));
  // A middleware for all methods is no answer.
  if (named.has('_ALL')) return [];
  if (named.has('GET')) named.add('HEAD');
  return [...named].sort();
}

interface RouteMethods {
  readonly methods: Readonly<Record<string, boolean>>;
}

function matches(layer: unknown, path: string): boolean {
  try {
    return (layer as { match(path: string): boolean }).match(path);
  } catch {
    // An address with a broken escape is nobody's.
    return false;
  }
}
