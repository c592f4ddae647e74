import { BACKUP_WWW, describeWire, FORBIDDEN, P } from './wire.fixture.js';

const UNSET = { timeout: null, priority: null, log_file: null };
const { storage: _storage, mode: _mode, ...SMALL } = BACKUP_WWW;

describeWire('Freezer v2: actions', [
  {
    why: 'one is made',
    ask: `POST ${P}/actions`,
    body: { action_id: 'www', freezer_action: { ...BACKUP_WWW, log_file: null }, mandatory: true },
    status: 201,
    answer: { action_id: 'www' },
  },
  {
    why: 'it is shown with what is usual, and with null for what is not set',
    ask: `GET ${P}/actions/www`,
    status: 200,
    like: {
      ...{
        action_id: 'www',
        project_id: 'default',
        max_retries: 5,
        max_retries_interval: 6,
        mandatory: true,
      },
      freezer_action: { ...BACKUP_WWW, ...UNSET },
    },
  },
  {
    why: 'its id is taken',
    ask: `POST ${P}/actions`,
    body: { action_id: 'www', freezer_action: BACKUP_WWW },
    status: 409,
    like: { title: 'Document already existing' },
  },
  {
    why: 'what a change does not name stays',
    ask: `PATCH ${P}/actions/www`,
    body: { max_retries: 9 },
    status: 200,
    answer: { action_id: 'www', version: 'www' },
  },
  {
    why: 'so do its settings',
    ask: `GET ${P}/actions/www`,
    status: 200,
    like: { max_retries: 9, max_retries_interval: 6, mandatory: true, freezer_action: BACKUP_WWW },
  },
  {
    why: 'settings are changed as a whole',
    ask: `PATCH ${P}/actions/www`,
    body: { freezer_action: SMALL },
    status: 200,
  },
  {
    why: 'then nothing else is left of them',
    ask: `GET ${P}/actions/www`,
    status: 200,
    like: { freezer_action: { ...SMALL, ...UNSET, mode: null }, max_retries: 9 },
  },
  {
    why: 'it is replaced, with what is usual again',
    ask: `POST ${P}/actions/www`,
    body: { freezer_action: BACKUP_WWW },
    status: 201,
    answer: { action_id: 'www', version: 'www' },
  },
  { why: 'as said', ask: `GET ${P}/actions/www`, status: 200, like: { max_retries: 5, mandatory: false } },
  {
    why: 'settings are checked',
    ask: `POST ${P}/actions`,
    body: { freezer_action: { ...BACKUP_WWW, action: 'sing' } },
    status: 400,
    like: { title: 'Bad request format' },
  },
  {
    why: 'there must be some',
    ask: `POST ${P}/actions`,
    body: { max_retries: 1 },
    status: 400,
    like: { title: 'Bad request format' },
  },
  {
    why: 'a change of none',
    ask: `PATCH ${P}/actions/none`,
    body: {},
    status: 404,
    like: { title: 'Not Found' },
  },
  { why: 'strangers stay out', ask: `GET ${P}/actions/www`, as: 'stranger', status: 403, answer: FORBIDDEN },
  {
    why: 'in their own project it is not there',
    ask: 'GET /v2/other/actions/www',
    as: 'stranger',
    status: 404,
    answer: '',
  },
  {
    why: 'they delete nothing',
    ask: 'DELETE /v2/other/actions/www',
    as: 'stranger',
    status: 204,
    answer: '',
  },
  {
    why: 'their replacement does not take its place',
    ask: 'POST /v2/other/actions/www',
    as: 'stranger',
    body: { freezer_action: BACKUP_WWW },
    status: 409,
    like: { title: 'Document already existing' },
  },
  { why: 'it is deleted', ask: `DELETE ${P}/actions/www`, status: 204, answer: '' },
  { why: 'it is gone', ask: `GET ${P}/actions/www`, status: 404, answer: '' },
]);
