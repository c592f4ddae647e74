import { HttpException } from '@nestjs/common';
import { asFailure, Failure } from '#kernel';

/** Any thing that is thrown while a request is answered, as a Failure; also what Nest and Express throw. */
export function requestFailure(thrown: unknown, bodyLimit: number): Failure {
  // Nothing of ours throws these: Nest makes them of what the parsers of body and address refuse.
  return thrown instanceof HttpException ? refusalOf(thrown, bodyLimit) : asFailure(thrown);
}

function refusalOf(refused: HttpException, bodyLimit: number): Failure {
  const { message } = refused;
  const words = message.charAt(0).toLowerCase() + message.slice(1);
  switch (refused.getStatus()) {
    case 400:
      return new Failure('request.malformed', `the request cannot be read: ${unquoted(words)}`, {}, refused);
    case 413: {
      const limit = { limit: bodyLimit };
      return new Failure('request.too-large', `the body is larger than ${bodyLimit} bytes`, limit, refused);
    }
    case 415:
      return new Failure('request.media-type', words, {}, refused);
    default:
      return asFailure(refused);
  }
}

/** The parser of JSON shows a piece of what it has read, which may be a secret. */
function unquoted(words: string): string {
  return words.replace(/^unexpected token .* is not valid JSON$/s, 'it is no JSON');
}
