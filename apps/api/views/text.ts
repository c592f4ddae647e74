/** A moment as it travels: ISO 8601 in UTC. */
export function text(moment: Date): string;
export function text(moment: Date | undefined): string | undefined;
export function text(moment: Date | undefined): string | undefined {
  return moment?.toISOString();
}
