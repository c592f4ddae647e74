export interface FtpSettings {
  readonly kind: 'ftp' | 'ftps';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** `/a/b` from the root of the server, `a/b` from where the login leads. */
  readonly container: string;
  readonly connections: number;
  readonly timeoutMs: number;
  /** The address of the container, without secrets. */
  readonly place: string;
  /** PEM of the only authorities that are believed, or those of the system. */
  readonly tls?: FtpTls | undefined;
}

export interface FtpTls {
  readonly implicit: boolean;
  readonly serverName: string | undefined;
  readonly ca: string | undefined;
}
