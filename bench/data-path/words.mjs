import { Buffer } from 'node:buffer';
import { Random } from './random.mjs';

const SYLLABLES =
  'ba be bi bo da de di do fa fe ga go ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi za zo'.split(
    ' ',
  );
const WORDS = 6000;
/** As many as two bytes can name, so that a word costs two bytes of noise. */
const TABLE = 65_536;

const table = frequencies(new Random('firn bench words'));

/** `count` bytes of words and line ends, which zstd makes three times smaller. */
export function text(random, count) {
  const noise = random.bytes(count);
  const page = Buffer.allocUnsafe(count);
  let length = 0;
  for (let at = 0; length < count; at += 2) length += page.latin1Write(table[noise.readUInt16LE(at)], length);
  return page;
}

/** Few words are frequent and most are rare, as in a language. */
function frequencies(random) {
  const words = Array.from({ length: WORDS }, () => word(random));
  return Array.from({ length: TABLE }, (_, i) => words[Math.floor(WORDS * (i / TABLE) ** 3)]);
}

function word(random) {
  const syllables = Array.from(
    { length: random.between(1, 4) },
    () => SYLLABLES[random.below(SYLLABLES.length)],
  );
  return syllables.join('') + (random.below(10) === 0 ? '\n' : ' ');
}
