import { Failure } from '#kernel';
import { answerFailure, transportFailure } from '../swift-failure.js';
import type { HttpAnswer, HttpCall, SwiftHttp } from '../swift-http.js';

const REFUSED = [401, 403];
/** Of all that say that the request is at fault, these alone may be otherwise the next time. */
const PASSING = [408, 429, 498];

/** Asks a server of logins; rejects unless it lets in. What it says of a refusal is not repeated: it may be a secret. */
export async function ask(
  http: SwiftHttp,
  call: HttpCall,
  place: string,
): Promise<{ answer: HttpAnswer; text: string }> {
  const about = { place, thing: 'the login' };
  let answer: HttpAnswer;
  let text: string;
  try {
    answer = await http.send(call);
    text = await answer.body.text();
  } catch (error) {
    throw transportFailure(error, about);
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return { answer, text };
  const context = { place, status };
  if (REFUSED.includes(status)) {
    throw new Failure('storage.login-refused', `"${call.url}" refuses the login (${status})`, context);
  }
  if (status < 500 && !PASSING.includes(status)) {
    throw new Failure('storage.unsupported', `"${call.url}" does not answer to a login (${status})`, context);
  }
  throw answerFailure(answer, text, about);
}
