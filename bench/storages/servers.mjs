import fs from 'node:fs';
import path from 'node:path';
import { askSwift, startFtpServer, startSshd, startSwift } from '#test/support';

/**
 * The servers of these protocols, by protocol. `make` gives an empty container of a name: how Firn is told of it, and
 * how a client is; `remove` takes it away.
 */
export async function openServers(protocols) {
  const closing = [];
  const servers = {};
  const close = async () => {
    for (const end of closing.reverse()) await end();
  };
  try {
    if (protocols.includes('sftp')) servers.sftp = await sftp(closing);
    if (protocols.includes('ftp')) servers.ftp = await ftp(closing);
    if (protocols.includes('s3') || protocols.includes('swift')) {
      const swift = await startSwift();
      closing.push(() => swift.stop());
      Object.assign(servers, { s3: s3(swift), swift: swiftOf(swift) });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ...servers, close };
}

async function sftp(closing) {
  const sshd = await startSshd();
  closing.push(() => sshd[Symbol.asyncDispose]());
  const { host, port, user, privateKeyFile, knownHostsFile } = sshd;
  const login = { host, port, user, privateKeyFile, knownHostsFile };
  return {
    make: async (name) => {
      const directory = path.join(sshd.directory, name);
      await sshd.makeDirectory(directory);
      return { settings: { ...login, container: directory }, ...login, directory };
    },
    remove: async ({ directory }) => fs.rmSync(directory, { recursive: true }),
  };
}

async function ftp(closing) {
  const server = await startFtpServer();
  closing.push(() => server[Symbol.asyncDispose]());
  const { host, port, user, password, container } = server;
  const login = { host, port, user, password };
  return {
    make: async (name) => {
      const [local, directory] = [path.join(server.directory, name), `${container}/${name}`];
      fs.mkdirSync(local);
      const { uid, gid } = fs.statSync(server.directory);
      fs.chownSync(local, uid, gid);
      return { settings: { ...login, container: directory }, ...login, directory, local };
    },
    remove: async ({ local }) => fs.rmSync(local, { recursive: true }),
  };
}

function s3(swift) {
  const { endpoint, region, accessKeyId, secretAccessKey } = swift.s3;
  const login = { endpoint, region, accessKeyId, secretAccessKey };
  return containersOf(swift, (container) => ({ settings: { ...login, container }, ...login, container }));
}

function swiftOf(swift) {
  const { authUrl, user, key } = swift.auth;
  const settings = { authUrl, user, password: key };
  return containersOf(swift, (container) => ({
    settings: { ...settings, container },
    authUrl,
    user,
    key,
    container,
  }));
}

function containersOf({ auth }, place) {
  return {
    make: async (name) => {
      await askSwift(auth, 'PUT', `/${name}`);
      return place(name);
    },
    remove: async ({ container }) => {
      const { text } = await askSwift(auth, 'GET', `/${container}`);
      for (const key of text.split('\n').filter(Boolean))
        await askSwift(auth, 'DELETE', `/${container}/${key}`);
      await askSwift(auth, 'DELETE', `/${container}`);
    },
  };
}
