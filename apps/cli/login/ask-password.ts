import { Failure } from '#kernel';

const ENTER = ['\r', '\n'];
const CANCEL = ['\u0003', '\u0004'];
const ERASE = ['\u007f', '\b'];

/**
 * Asks on the terminal without showing what is typed. Rejects with `input.missing-option` when there is no terminal, and
 * with `run.cancelled` after Ctrl-C and when `signal` is aborted.
 */
export async function askPassword(question: string, signal: AbortSignal): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    throw new Failure('input.missing-option', 'no password is given: use --password-file FILE');
  }
  const stop = () => void stdin.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  // First of all: whoever types at once must not see it either.
  stdin.setRawMode(true).setEncoding('utf8');
  stderr.write(question);
  try {
    let typed = '';
    for await (const piece of stdin.iterator({ destroyOnReturn: false })) {
      for (const character of String(piece)) {
        if (ENTER.includes(character)) return typed;
        if (CANCEL.includes(character)) throw new Failure('run.cancelled', 'no password was typed');
        typed = ERASE.includes(character) ? [...typed].slice(0, -1).join('') : typed + character;
      }
    }
    return typed;
  } finally {
    signal.removeEventListener('abort', stop);
    if (!stdin.destroyed) stdin.setRawMode(false);
    stdin.unref();
    stderr.write('\n');
  }
}
