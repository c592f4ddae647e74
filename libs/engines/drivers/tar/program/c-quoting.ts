import { textOf } from '#kernel';

const NAMED: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** The name in `"…"` as `--quoting-style=c` writes it (quotes included), back to its bytes and then to text. */
export function unquoted(quoted: string): string {
  const latin1 = quoted.slice(1, -1).replace(/\\([0-7]{3}|[^])/g, (_, code: string) => {
    if (code.length === 3) return String.fromCharCode(parseInt(code, 8));
    const named = NAMED[code];
    return named === undefined ? code : String.fromCharCode(named);
  });
  return textOf(Buffer.from(latin1, 'latin1'));
}
