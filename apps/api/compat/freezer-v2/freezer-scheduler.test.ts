import { BACKUP_WWW, describeWire, P, WEB1 } from './wire.fixture.js';

// What a scheduler of Freezer sends in the life of one job (facts of its traffic: scheduler.md §5).
const ONE = `${P}/jobs/once`;
const LIST = `GET ${P}/jobs/?limit=10&offset=0&all_projects=False`;
const OPEN = { match_not: [{ status: 'completed' }], match: [{ client_id: 'web1' }] };
const report = (state: object) => ({
  job_schedule: { time_created: 1795000000, ...state },
  session_id: '',
  session_tag: 0,
});

describeWire("Freezer v2: what Freezer's scheduler asks for and reports", [
  { ...WEB1, body: { client_id: 'web1', hostname: 'web1', is_central: false } },
  {
    why: 'a job that runs once',
    ask: `POST ${P}/jobs`,
    body: { job_id: 'once', client_id: 'web1', job_actions: [{ freezer_action: BACKUP_WWW }] },
    status: 201,
  },
  { why: 'it is heard of', ask: LIST, body: OPEN, status: 200, like: { jobs: [{ job_id: 'once' }] } },
  {
    why: 'it is scheduled',
    ask: `PATCH ${ONE}`,
    body: report({ time_started: -1, time_ended: -1, status: 'scheduled', event: '', result: '' }),
    status: 200,
    answer: { job_id: 'once', version: 0 },
  },
  {
    why: 'it runs',
    ask: `PATCH ${ONE}`,
    body: report({ time_started: 1795000100, time_ended: -1, status: 'running', event: '', result: '' }),
    status: 200,
  },
  {
    why: 'its agent is known',
    ask: `PATCH ${ONE}`,
    body: report({ time_started: 1795000100, status: 'running', event: '', current_pid: 4711 }),
    status: 200,
  },
  {
    why: 'so it is shown',
    ask: `GET ${ONE}`,
    status: 200,
    like: { job_schedule: { status: 'running', result: '', time_started: 1795000100, time_ended: -1 } },
  },
  { why: 'it is told to stop', ask: `POST ${ONE}/event`, body: { stop: null }, status: 202 },
  {
    why: 'its scheduler has not heard of that',
    ask: `PATCH ${ONE}`,
    body: report({ time_started: 1795000100, status: 'running', event: '' }),
    status: 200,
  },
  { why: 'the event is not lost', ask: `GET ${ONE}`, status: 200, like: { job_schedule: { event: 'stop' } } },
  {
    why: 'a backup is stored',
    ask: `POST ${P}/backups/`,
    body: { container: '/srv/backups', hostname: 'web1', backup_name: 'www', job_id: 'once' },
    status: 201,
  },
  {
    why: 'it is completed',
    ask: `PATCH ${ONE}`,
    body: report({
      ...{ time_started: 1795000100, time_ended: 1795000200, status: 'completed', event: 'stop' },
      result: 'success',
    }),
    status: 200,
  },
  {
    why: 'so it is shown, and the event is done',
    ask: `GET ${ONE}`,
    status: 200,
    like: {
      job_schedule: { status: 'completed', result: 'success', time_ended: 1795000200, event: '' },
      job_actions: [{ freezer_action: BACKUP_WWW }],
    },
  },
  { why: 'it is not heard of any more', ask: LIST, body: OPEN, status: 200, answer: { jobs: [] } },
  { why: 'it is started anew', ask: `POST ${ONE}/event`, body: { start: null }, status: 202 },
  {
    why: 'it is heard of',
    ask: LIST,
    body: OPEN,
    status: 200,
    like: { jobs: [{ job_id: 'once', job_schedule: { event: 'start', status: '', result: '' } }] },
  },
  {
    why: 'it is taken up',
    ask: `PATCH ${ONE}`,
    body: report({ status: 'scheduled', event: '', result: '' }),
    status: 200,
  },
  {
    why: 'the event is done',
    ask: `GET ${ONE}`,
    status: 200,
    like: { job_schedule: { event: '', status: 'scheduled' } },
  },
  {
    why: 'a document that asks for an event',
    ask: `PATCH ${ONE}`,
    body: { job_schedule: { event: 'abort' } },
    status: 200,
  },
  { why: 'has it', ask: `GET ${ONE}`, status: 200, like: { job_schedule: { event: 'abort' } } },
]);

describeWire('Freezer v2: a job whose client a scheduler of Firn serves', [
  {
    why: 'it registers',
    ask: 'PUT /api/v1/node/client',
    as: 'service',
    body: {
      ...{ clientId: 'web1', hostname: 'web1', timezone: 'Europe/Berlin', program: 'firn 0.1.0' },
      capabilities: { actions: ['backup'], modes: ['fs'], storages: ['local'], engines: ['tar'] },
    },
    status: 200,
  },
  {
    why: 'a job with a time zone',
    ask: 'POST /api/v1/jobs',
    body: {
      ...{ id: 'once', clientId: 'web1', actions: [{ settings: BACKUP_WWW }] },
      schedule: { hour: '2', timezone: 'Asia/Tokyo' },
    },
    status: 201,
  },
  {
    why: 'somebody sends back what was read long ago, with another hour',
    ask: `PATCH ${ONE}`,
    body: report({ schedule_hour: '3', status: 'running', result: 'fail', event: '' }),
    status: 200,
  },
  {
    why: 'how it fares stays as it is',
    ask: `GET ${ONE}`,
    status: 200,
    like: { job_schedule: { schedule_hour: '3', status: '', result: '' } },
  },
  {
    why: 'so does the time zone, for which Freezer has no word',
    ask: 'GET /api/v1/jobs/once',
    status: 200,
    like: { schedule: { hour: '3', timezone: 'Asia/Tokyo' } },
  },
]);
