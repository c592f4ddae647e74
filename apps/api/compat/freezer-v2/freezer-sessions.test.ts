import { BACKUP_WWW, describeWire, FORBIDDEN, P, WEB1 } from './wire.fixture.js';

const ONE = `${P}/sessions/night`;
const NEVER = { time_start: -1, time_end: -1, time_started: -1, time_ended: -1 };

describeWire('Freezer v2: sessions', [
  {
    why: 'one is made under an id of its own',
    ask: `POST ${P}/sessions`,
    body: { session_id: 'ignored', description: 'd', schedule: { schedule_interval: '5 minutes' }, extra: 1 },
    status: 201,
  },
  {
    why: 'it is shown',
    ask: `GET ${P}/sessions/{session_id}`,
    status: 200,
    like: {
      ...{ project_id: 'default', description: 'd', schedule: { schedule_interval: '5 minutes' }, ...NEVER },
      ...{ session_tag: 0, hold_off: 30, status: 'active', result: '' },
    },
  },
  {
    why: 'one is made under a given id',
    ask: `POST ${ONE}`,
    body: { schedule: {}, hold_off: 60 },
    status: 201,
    answer: { session_id: 'night', version: 'night' },
  },
  {
    why: 'it is changed; what the API keeps by itself is passed over',
    ask: `PATCH ${ONE}`,
    body: { description: 'every night', status: 'completed', session_tag: 9, unknown: true },
    status: 200,
    answer: { session_id: 'night', version: 0 },
  },
  {
    why: 'as said',
    ask: `GET ${ONE}`,
    status: 200,
    like: { description: 'every night', hold_off: 60, status: 'active', session_tag: 0 },
  },
  {
    why: 'a wait before the beginning',
    ask: `PATCH ${ONE}`,
    body: { hold_off: -1 },
    status: 400,
    like: { title: 'Bad request format' },
  },
  WEB1,
  {
    why: 'a job',
    ask: `POST ${P}/jobs`,
    body: {
      ...{ job_id: 'j', client_id: 'web1', job_schedule: { schedule_interval: '1 days' } },
      job_actions: [{ freezer_action: BACKUP_WWW }],
    },
    status: 201,
  },
  { why: 'joins', ask: `PUT ${ONE}/jobs/j`, status: 204, answer: '' },
  { why: 'is a member', ask: `GET ${ONE}`, status: 200, like: { jobs: { j: { client_id: 'web1' } } } },
  {
    why: 'keeps its schedule, as the session has none',
    ask: `GET ${P}/jobs/j`,
    status: 200,
    like: { session_id: 'night', job_schedule: { schedule_interval: '1 days' } },
  },
  { why: 'leaves', ask: `DELETE ${ONE}/jobs/j`, status: 204, answer: '' },
  {
    why: 'keeps its schedule, and is to stop',
    ask: `GET ${P}/jobs/j`,
    status: 200,
    like: { session_id: '', job_schedule: { schedule_interval: '1 days', event: 'stop' } },
  },
  { why: 'no such job', ask: `PUT ${ONE}/jobs/none`, status: 404, like: { title: 'Not Found' } },
  { why: 'no such session', ask: `PUT ${P}/sessions/none/jobs/j`, status: 404, like: { title: 'Not Found' } },
  {
    why: 'a change of none',
    ask: `PATCH ${P}/sessions/none`,
    body: {},
    status: 404,
    like: { title: 'Not Found' },
  },
  { why: 'readers only read', ask: `PUT ${ONE}/jobs/j`, as: 'reader', status: 403, answer: FORBIDDEN },
  { why: 'it is deleted', ask: `DELETE ${ONE}`, status: 204, answer: '' },
  { why: 'it is gone', ask: `GET ${ONE}`, status: 404, answer: '' },
]);
