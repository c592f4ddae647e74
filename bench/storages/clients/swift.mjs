/** OpenStack's own client; it checks the ETag of what it has sent and read. */
export const swift = {
  name: 'swift',
  label: 'swift',
  program: 'swift',
  versionCall: ['swift', '--version'],
  put: (place, { objects, atOnce }) => ({
    command: 'swift',
    args: ['--quiet', 'upload', '--object-threads', String(atOnce), place.container, '.'],
    ...{ env: login(place), cwd: objects.directory },
  }),
  get: (place, { directory, atOnce }) => ({
    command: 'swift',
    args: ['--quiet', 'download', '--object-threads', String(atOnce), '-D', directory, place.container],
    env: login(place),
  }),
};

const login = ({ authUrl, user, key }) => ({ ST_AUTH: authUrl, ST_USER: user, ST_KEY: key });
