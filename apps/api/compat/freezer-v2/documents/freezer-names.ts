/** Freezer spells options with underscores; people may have written `max-level` or `maxLevel`. */
export function freezerName(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toLowerCase();
}
