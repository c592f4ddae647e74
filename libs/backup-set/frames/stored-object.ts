/** Size and SHA-256 (hex) of a stored object, as the manifest keeps them. */
export interface StoredObject {
  readonly size: number;
  readonly sha256: string;
}
