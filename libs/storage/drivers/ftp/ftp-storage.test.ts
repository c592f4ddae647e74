import { after, before, describe } from 'mocha';
import { describeStorageContract } from '#storage/testing';
import { isRoot, requireProgram, skipBecause, startFtpServer, type FtpServer } from '#test/support';
import type { StorageBackend } from '../../storage-backend.js';
import { ftpDriver, ftpsDriver } from './ftp-driver.js';

for (const [driver, tls] of [
  [ftpDriver, false],
  [ftpsDriver, true],
] as const) {
  describe(`an FTP server, ${tls ? `with TLS` : 'in clear'}`, function () {
    let server: FtpServer;
    const places = new WeakMap<StorageBackend, Record<string, unknown>>();

    before(async function () {
      requireProgram(this, 'vsftpd');
      requireProgram(this, 'openssl');
      if (!isRoot()) skipBecause(this, 'only root may start vsftpd');
      server = await startFtpServer({ tls });
    });
    after(() => server?.[Symbol.asyncDispose]());

    const open = async (settings: Record<string, unknown>): Promise<StorageBackend> => {
      const storage = await driver.open(settings);
      places.set(storage, settings);
      return storage;
    };
    describeStorageContract(driver.kind, {
      open: () => open(server.settings()),
      reopen: async (storage) => {
        await storage.close();
        return open(places.get(storage) ?? {});
      },
    });
  });
}
