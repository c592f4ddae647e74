import { describeWire, FORBIDDEN, P } from './wire.fixture.js';

const METADATA = { container: '/srv/backups', hostname: 'web1', backup_name: 'www', curr_backup_level: 0 };
const ONE = `${P}/backups/{backup_id}`;
const BAD = { title: 'Bad request format' };

describeWire('Freezer v2: backups', [
  { why: 'one is remembered', ask: `POST ${P}/backups`, as: 'service', body: METADATA, status: 201 },
  {
    why: 'it is shown',
    ask: `GET ${ONE}`,
    status: 200,
    like: { project_id: 'default', status: 'available', backup_metadata: METADATA },
  },
  {
    why: 'it is changed, and answered whole',
    ask: `PATCH ${ONE}`,
    body: { status: 'error', backup_metadata: { note: 'x' }, let: 'pass' },
    status: 200,
    like: { status: 'error', backup_metadata: { ...METADATA, note: 'x' } },
  },
  {
    why: 'a status that there is not',
    ask: `PATCH ${ONE}`,
    body: { status: 'lost' },
    status: 400,
    like: BAD,
  },
  { why: 'a change of nothing', ask: `PATCH ${ONE}`, body: {}, status: 400, like: BAD },
  {
    why: 'readers only read',
    ask: `PATCH ${ONE}`,
    as: 'reader',
    body: { status: 'error' },
    status: 403,
    answer: FORBIDDEN,
  },
  {
    why: 'one that is still being made',
    ask: `POST ${P}/backups`,
    body: { ...METADATA, status: 'creating' },
    status: 201,
  },
  {
    why: 'has that status, which is no part of its metadata',
    ask: `GET ${ONE}`,
    status: 200,
    like: { status: 'creating', backup_metadata: METADATA },
  },
  { why: 'the same again is another backup', ask: `POST ${P}/backups`, body: METADATA, status: 201 },
  {
    why: 'without its name',
    ask: `POST ${P}/backups`,
    body: { ...METADATA, backup_name: '' },
    status: 400,
    like: BAD,
  },
  {
    why: 'with another status',
    ask: `POST ${P}/backups`,
    body: { ...METADATA, status: 'odd' },
    status: 400,
    like: BAD,
  },
  { why: 'without a body', ask: `POST ${P}/backups`, status: 400, like: BAD },
  {
    why: 'a search',
    ask: `GET ${P}/backups`,
    body: { match: [{ backup_name: 'www' }], match_not: [{ status: 'creating' }, { note: 'x' }] },
    status: 200,
    like: { backups: [{ status: 'available', backup_metadata: METADATA }] },
  },
  { why: 'it is forgotten', ask: `DELETE ${ONE}`, status: 204, answer: '' },
  { why: 'so is what is not there', ask: `DELETE ${ONE}`, status: 204, answer: '' },
  { why: 'it is gone', ask: `GET ${ONE}`, status: 404, answer: '' },
  {
    why: 'a change of none',
    ask: `PATCH ${ONE}`,
    body: { status: 'error' },
    status: 404,
    like: { title: 'Not Found' },
  },
]);
