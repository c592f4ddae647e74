import { DefaultNamingStrategy } from 'typeorm';

/** `leaseUntil` is the column `lease_until`. */
export class SnakeNames extends DefaultNamingStrategy {
  override columnName(property: string): string {
    return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}
