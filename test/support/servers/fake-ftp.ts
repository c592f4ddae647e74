import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';

/**
 * A small FTP server that is none: it keeps files in memory and says what it is told to, for what a real server cannot
 * be brought to say. Whatever a real one can show is tested with `startFtpServer`.
 */
export interface FakeFtp extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly files: Map<string, Buffer>;
  /** All commands that came, without their arguments. */
  readonly heard: string[];
  /** Replies instead of doing what is asked, by command; `''` says nothing at all. A list is used up. */
  readonly replies: Map<string, string | string[]>;
  /** Lines of `MLSD` and `LIST` instead of the true ones. */
  listing: readonly string[] | undefined;
  /** Ends data connections with a reset after so many bytes of a download. */
  cutDownloadsAt: number | undefined;
  /** Sends so many bytes of a download and then nothing. */
  stallDownloadsAt: number | undefined;
  /** How many control connections were made so far. */
  readonly sessions: () => number;
}

export interface FakeFtpOptions {
  /** What `FEAT` lists. */
  readonly features?: readonly string[];
  /** The address in answers to `PASV`. */
  readonly address?: string;
}

const HOST = '127.0.0.1';
const STORED_AT = '20260102030405.678';

export async function startFakeFtp({
  features = ['SIZE', 'MLST'],
  address = HOST,
}: FakeFtpOptions = {}): Promise<FakeFtp> {
  const files = new Map<string, Buffer>();
  const folders = new Set(['/']);
  const sockets = new Set<Socket>();
  const heard: string[] = [];
  const replies = new Map<string, string | string[]>();
  let sessions = 0;

  const held = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket.on('error', () => undefined);
  };
  const listen = async (take: (socket: Socket) => void): Promise<Server> => {
    const listening = createServer((socket) => take(held(socket)));
    listening.listen(0, HOST);
    await once(listening, 'listening');
    return listening;
  };

  const serve = (control: Socket): void => {
    sessions += 1;
    let [cwd, from, start] = ['/', '', 0];
    let data: Promise<Socket> | undefined;
    const say = (reply: string): void => void control.write(`${reply}\r\n`);
    const open = async (answer: (port: number) => string): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<Socket>();
      const listening = await listen((socket) => {
        listening.close();
        resolve(socket);
      });
      data = promise;
      say(answer((listening.address() as AddressInfo).port));
    };
    const send = async (bytes: Buffer, isObject: boolean): Promise<void> => {
      say('150 here it comes');
      const socket = await data;
      const end = isObject ? (fake.cutDownloadsAt ?? fake.stallDownloadsAt ?? bytes.length) : bytes.length;
      socket?.write(bytes.subarray(0, end), () => {
        if (end >= bytes.length) socket.end(() => say('226 done'));
        else if (fake.cutDownloadsAt !== undefined) {
          socket.resetAndDestroy();
          say('426 the line broke');
        }
      });
    };
    const list = (line: (name: string, size: number | undefined) => string): Buffer => {
      const names = [...files.keys(), ...folders].filter((path) => path !== cwd && dirname(path) === cwd);
      const lines =
        fake.listing ??
        names.map((path) => line(path.slice(cwd.length).replace('/', ''), files.get(path)?.length));
      return Buffer.from(lines.map((text) => `${text}\r\n`).join(''));
    };
    const deeds: Record<string, (argument: string) => unknown> = {
      USER: () => say('331 and the password'),
      PASS: (password) => say(password === fake.password ? '230 in' : '530 Login incorrect.'),
      FEAT: () => say(['211-features', ...features.map((name) => ` ${name}`), '211 end'].join('\r\n')),
      TYPE: () => say('200 binary'),
      STRU: () => say('200 files'),
      OPTS: () => say('200 so be it'),
      NOOP: () => say('200 nothing done'),
      PWD: () => say(`257 "${cwd}"`),
      CWD: (path) => (folders.has(path) ? ((cwd = path), say('250 there')) : say('550 no such folder')),
      EPSV: () => open((port) => `229 passive (|||${port}|)`),
      PASV: () => open((port) => `227 passive (${address.replaceAll('.', ',')},${port >> 8},${port & 255})`),
      SIZE: (path) => say(files.has(path) ? `213 ${files.get(path)?.length}` : '550 no such file'),
      MDTM: (path) => say(files.has(path) ? `213 ${STORED_AT}` : '550 no such file'),
      MLSD: () =>
        send(
          list(
            (name, size) =>
              `type=${size === undefined ? 'dir' : `file;size=${size}`};modify=${STORED_AT}; ${name}`,
          ),
          false,
        ),
      LIST: () =>
        send(
          list(
            (name, size) =>
              `${size === undefined ? 'd' : '-'}rw-r--r-- 1 me us ${size ?? 0} Jan 02 2026 ${name}`,
          ),
          false,
        ),
      REST: (at) => ((start = Number(at)), say('350 from there')),
      RETR: async (path) => {
        const bytes = files.get(path)?.subarray(start);
        start = 0;
        if (bytes) await send(bytes, true);
        else say('550 no such file');
      },
      STOR: async (path) => {
        if (!folders.has(dirname(path))) return say('553 no such folder');
        say('150 go on');
        const chunks = (await (await data)?.toArray()) as Buffer[];
        files.set(path, Buffer.concat(chunks));
        say('226 stored');
      },
      DELE: (path) => say(files.delete(path) ? '250 gone' : '550 no such file'),
      MKD: (path) => {
        const isNew = folders.has(dirname(path)) && !folders.has(path) && !files.has(path);
        if (isNew) folders.add(path);
        say(isNew ? '257 made' : '550 not made');
      },
      RMD: (path) => {
        const isEmpty = ![...files.keys(), ...folders].some((inner) => inner.startsWith(`${path}/`));
        say(isEmpty && folders.delete(path) ? '250 gone' : '550 not empty');
      },
      RNFR: (path) => ((from = path), say(files.has(path) ? '350 to what' : '550 no such file')),
      RNTO: (path) => {
        const bytes = files.get(from);
        if (!bytes || !folders.has(dirname(path)) || folders.has(path)) return say('550 not renamed');
        files.set(path, bytes);
        files.delete(from);
        say('250 renamed');
      },
      QUIT: () => control.end('221 bye\r\n'),
    };
    let rest = '';
    control.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const [verb = '', argument = ''] = line.split(/ (.*)/);
        heard.push(verb);
        const told = replies.get(verb);
        const reply = typeof told === 'string' ? told : told?.shift();
        if (reply === undefined) void (deeds[verb] ?? (() => say('502 unknown')))(argument);
        else if (reply !== '') say(reply);
      }
    });
    const greeting = replies.get('greeting') ?? '220 at your service';
    if (greeting !== '') say(String(greeting));
  };

  const server = await listen(serve);
  const { port } = server.address() as AddressInfo;
  const fake: FakeFtp = {
    ...{ host: HOST, port, user: 'somebody', password: 'fake-secret' },
    ...{ files, heard, replies, listing: undefined, cutDownloadsAt: undefined, stallDownloadsAt: undefined },
    sessions: () => sessions,
    [Symbol.asyncDispose]: async () => {
      const gone = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await gone;
    },
  };
  return fake;
}
