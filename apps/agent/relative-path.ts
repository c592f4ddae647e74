/** A path as a person gives it → as catalogues have it: `/etc/ssh/` of a backup of `/etc` is `ssh`, nothing is `.`. */
export function relativePath(given: string | undefined, source = '/'): string {
  if (given === undefined) return '.';
  const trimmed = given.replace(/\/+$/, '');
  const root = source.replace(/\/+$/, '');
  const inside =
    trimmed === root ? '' : trimmed.startsWith(`${root}/`) ? trimmed.slice(root.length + 1) : trimmed;
  const plain = inside.replace(/^(\.?\/)+/, '');
  return plain === '' ? '.' : plain;
}
