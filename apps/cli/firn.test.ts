import { after, before, describe } from 'mocha';
import { jobCases } from './testing/job-cases.js';
import { loginCases } from './testing/login-cases.js';
import { mistakeCases } from './testing/mistake-cases.js';
import { Operator } from './testing/operator.js';
import { resourceCases } from './testing/resource-cases.js';
import { runCases } from './testing/run-cases.js';
import { userCases } from './testing/user-cases.js';

// One API for all of them: it is the longest part of each.
describe('firn, with a real API', () => {
  let operator: Operator;

  before(async () => {
    operator = await Operator.start();
  });

  after(() => operator[Symbol.asyncDispose]());

  loginCases(() => operator);
  resourceCases(() => operator);
  userCases(() => operator);
  mistakeCases(() => operator);
  jobCases(() => operator);
  runCases(() => operator);
});
