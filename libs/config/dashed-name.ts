/** `path-to-backup` for `path_to_backup`, `pathToBackup` and `--path-to-backup`: one name however it is spelt. */
export function dashedName(name: string): string {
  return name
    .trim()
    .replace(/^--?/, '')
    .replaceAll('_', '-')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}
