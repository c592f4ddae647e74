// What Nest hands to whoever asks with @Inject; all of it is made in compose.ts.

/** {@link ControlParts} of `#control`: what its use cases need. */
export const CONTROL_PARTS = Symbol('ControlParts');
/** {@link Logger} of `#kernel`. */
export const LOGGER = Symbol('Logger');
export const API_SETTINGS = Symbol('ApiSettings');

export interface ApiSettings {
  /** Bytes of a request's body at most. */
  readonly bodyLimit: number;
  readonly tokenMinutes: number;
  /** HS256; the same for all processes of one installation. */
  readonly signingKey: Uint8Array;
}
