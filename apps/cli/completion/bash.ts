import { pathOptions, type CommandNode } from './command-tree.js';

/** A completion script for bash: commands and options, and paths after options that take one. */
export function bashCompletion(tree: readonly CommandNode[]): string {
  const cases = tree.map(({ path, commands, options, choices }) => {
    const words = [...commands, ...options].map(({ name }) => name);
    return `    '${path.join(' ')}') words='${[...words, ...choices].join(' ')}' ;;`;
  });
  const known = tree.map(({ path }) => `'${path.join(' ')}'`);
  return [
    '# bash completion of firn: firn completion bash > /etc/bash_completion.d/firn',
    '_firn() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} place=firn word words',
    '  COMPREPLY=()',
    '  case $previous in',
    `    ${pathOptions(tree, 'a file').join('|')})`,
    '      compopt -o filenames 2> /dev/null',
    '      mapfile -t COMPREPLY < <(compgen -f -- "$current")',
    '      return ;;',
    `    ${pathOptions(tree, 'a directory').join('|')})`,
    '      compopt -o filenames 2> /dev/null',
    '      mapfile -t COMPREPLY < <(compgen -d -- "$current")',
    '      return ;;',
    '  esac',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    `    case "$place $word" in ${known.join('|')}) place="$place $word" ;; esac`,
    '  done',
    '  case $place in',
    ...cases,
    '  esac',
    '  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")',
    '}',
    'complete -F _firn firn',
    '',
  ].join('\n');
}
