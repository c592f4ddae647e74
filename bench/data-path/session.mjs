import fs from 'node:fs';
import path from 'node:path';

/** Guards nothing: what is stored is removed after the round. */
const PASSPHRASE = 'seven hens on a fence';

/** One contender in one round with one set: an empty repository, and caches and a home of its own. */
export function openSession(directory, set, programs) {
  const place = (name) => path.join(directory, name);
  const session = {
    set,
    directory,
    programs,
    repository: place('repository'),
    state: place('state'),
    passFile: place('pass'),
    log: place('log'),
    /** The directory that holds the source, for contenders that are to store it by its relative name. */
    cwd: path.dirname(set.source),
    source: path.basename(set.source),
  };
  for (const name of ['repository', 'state', 'home', 'tmp', 'cache']) {
    fs.mkdirSync(place(name), { recursive: true, mode: 0o700 });
  }
  fs.writeFileSync(session.passFile, `${PASSPHRASE}\n`, { mode: 0o600 });
  // Nothing else of this environment: a setting of the user's would measure something else.
  session.env = {
    PATH: process.env['PATH'],
    LANG: 'C.UTF-8',
    HOME: place('home'),
    TMPDIR: place('tmp'),
    XDG_CACHE_HOME: place('cache'),
    XDG_CONFIG_HOME: place('home'),
    PASSPHRASE,
  };
  return session;
}
