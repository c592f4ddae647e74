import { pathOptions, type CommandNode } from './command-tree.js';

/** A completion script for zsh: commands and options with what they mean, and paths after options that take one. */
export function zshCompletion(tree: readonly CommandNode[]): string {
  const cases = tree.map(({ path, commands, options, choices }) => {
    const offers = [...commands, ...options].map(({ name, summary }) => offer(name, summary));
    const lines = [...offers, ...choices.map(quoted)].map((line) => `      ${line}`);
    return [`    ${quoted(path.join(' '))}) offers=(`, ...lines, '    ) ;;'].join('\n');
  });
  const known = tree.map(({ path }) => quoted(path.join(' '))).join('|');
  return [
    '#compdef firn',
    '# zsh completion of firn: firn completion zsh > "${fpath[1]}/_firn"',
    '_firn() {',
    '  local place=firn word',
    '  local -a offers',
    '  case ${words[CURRENT-1]} in',
    `    ${pathOptions(tree, 'a file').join('|')}) _files; return ;;`,
    `    ${pathOptions(tree, 'a directory').join('|')}) _files -/; return ;;`,
    '  esac',
    '  for word in "${(@)words[2,CURRENT-1]}"; do',
    `    case "$place $word" in ${known}) place="$place $word" ;; esac`,
    '  done',
    '  case $place in',
    ...cases,
    '  esac',
    "  _describe 'firn' offers",
    '}',
    // As a file in fpath it is the function itself; read by source it only makes it known.
    'if [ "${funcstack[1]}" = _firn ]; then _firn "$@"; else compdef _firn firn; fi',
    '',
  ].join('\n');
}

/** A colon ends the name, so those in what it means are escaped. */
function offer(name: string, summary: string): string {
  return quoted(`${name}:${summary.replaceAll('\\', '\\\\').replaceAll(':', '\\:')}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
