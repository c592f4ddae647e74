/** What every request needs. */
export interface SwiftLogin {
  readonly token: string;
  /** Address of the account. */
  readonly storageUrl: string;
}
