import type { StorageBackend } from '#storage';
import { askSwift, type TestSwift } from '#test/support';
import { logIn } from '../login/log-in.js';
import { swiftConfig } from '../swift-config.js';
import { SwiftContainer } from '../swift-container.js';
import { swiftDriver } from '../swift-driver.js';
import { SwiftHttp } from '../swift-http.js';
import { SwiftSession } from '../swift-session.js';

/** Storages of one Swift, each of a container of its own unless told otherwise; all are closed by `close`. */
export class GivenSwift {
  readonly #open: StorageBackend[] = [];

  constructor(readonly swift: Pick<TestSwift, 'auth' | 'url' | 'port' | 'limited'>) {}

  /** A name that no other test has. */
  container(): string {
    return `firn-${process.pid}-${(containers += 1)}`;
  }

  /** With the login of version 1 of the user who may do everything, unless the settings say otherwise. */
  async storage(settings: Readonly<Record<string, unknown>> = {}): Promise<StorageBackend> {
    const { authUrl, user, key: password } = this.swift.auth;
    return this.plainStorage({ authUrl, user, password, ...settings });
  }

  /** With these settings and no others, but for a container. */
  async plainStorage(settings: Readonly<Record<string, unknown>>): Promise<StorageBackend> {
    const storage = await swiftDriver.open({ container: this.container(), timeoutSeconds: 20, ...settings });
    this.#open.push(storage);
    return storage;
  }

  async close(): Promise<void> {
    for (const storage of this.#open.splice(0)) await storage.close();
  }

  /** The parts of which a storage is made, for what only they can be asked. */
  async inside(path: string) {
    const { authUrl, user, key: password } = this.swift.auth;
    const config = swiftConfig.parse({ container: path, authUrl, user, password });
    const http = await SwiftHttp.open(config.timeoutSeconds, undefined);
    const session = new SwiftSession(http, () => logIn(http, config, 'here'));
    const container = new SwiftContainer(session, path, true, 'here');
    return { session, container, [Symbol.asyncDispose]: () => http.close() };
  }

  /** A request of Swift's own protocol, past the driver; the path is below the account. */
  raw(method: string, path: string, headers?: Readonly<Record<string, string>>, body?: string) {
    return askSwift(this.swift.auth, method, path, headers, body);
  }

  /** Every name in a container, also those that the driver hides. */
  async names(container: string): Promise<string[]> {
    const { text } = await this.raw('GET', `/${container}`);
    return text.split('\n').filter((name) => name !== '');
  }
}

let containers = 0;
