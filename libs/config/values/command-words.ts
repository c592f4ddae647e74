import { quoted, refusal } from './refusal.js';

const OPERATORS = '|&;<>()`$\n';

/**
 * The words of a command line as a shell splits them: blanks separate, single and double quotes and backslashes hold
 * together. No shell runs them, so what only a shell could do (pipes, redirections, variables) is refused.
 */
export function commandWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  const characters = [...line];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '\\' && quote !== "'") {
      const next = characters[(at += 1)];
      if (next === undefined) throw refusal(`${quoted(line)} ends with a backslash`);
      const kept = quote === '"' && !'"\\$`'.includes(next) ? '\\' : '';
      word = `${word ?? ''}${kept}${next}`;
    } else if (character === quote) quote = undefined;
    else if (quote === undefined && (character === '"' || character === "'"))
      [quote, word] = [character, word ?? ''];
    else if (quote === undefined && /\s/.test(character) && character !== '\n') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (forShellsOnly(character, quote)) {
      const sign = character === '\n' ? 'line break' : `"${character}"`;
      throw refusal(`${quoted(line)} has a ${sign} that only a shell understands; use ["sh", "-c", "…"]`);
    } else word = `${word ?? ''}${character}`;
  }
  if (quote !== undefined) throw refusal(`${quoted(line)} has a quote that is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}

function forShellsOnly(character: string, quote: string | undefined): boolean {
  if (quote === undefined) return OPERATORS.includes(character);
  return quote === '"' && (character === '$' || character === '`');
}
