export const lftp = {
  name: 'lftp',
  label: 'lftp',
  program: 'lftp',
  versionCall: ['lftp', '--version'],
  put: (place, { objects, atOnce }) =>
    call(place, `mirror --reverse --parallel=${atOnce} ${objects.directory} ${place.directory}`),
  get: (place, { directory, atOnce }) =>
    call(place, `mirror --parallel=${atOnce} ${place.directory} ${directory}`),
};

function call({ host, port, user, password }, command) {
  const words = [
    // Keeping modes and times is more than Firn does, and asks the server for each file.
    'set mirror:set-permissions no; set cmd:fail-exit yes; set net:max-retries 1; set ftp:ssl-allow no',
    `open --env-password -u ${user} -p ${port} ftp://${host}`,
    command,
  ];
  return { command: 'lftp', args: ['--norc', '-c', words.join('; ')], env: { LFTP_PASSWORD: password } };
}
