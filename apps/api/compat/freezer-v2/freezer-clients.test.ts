import { describeWire, FORBIDDEN, P } from './wire.fixture.js';

const INFO = {
  client_id: 'web1',
  hostname: 'web1.example.org',
  description: 'the shop',
  supported_actions: ['backup'],
  supported_modes: ['fs'],
  supported_storages: ['local', 'swift'],
  supported_engines: ['tar'],
};

describeWire('Freezer v2: clients', [
  { why: 'there is none', ask: `GET ${P}/clients`, status: 200, answer: { clients: [] } },
  { why: 'a miss', ask: `GET ${P}/clients/web1`, status: 404, answer: '' },
  {
    why: 'one registers',
    ask: `POST ${P}/clients/`,
    body: { ...INFO, config_id: 'let pass' },
    status: 201,
    answer: { client_id: 'web1' },
  },
  {
    why: 'it is shown',
    ask: `GET ${P}/clients/web1`,
    status: 200,
    like: { project_id: 'default', client: { ...INFO, is_central: false } },
  },
  {
    why: 'it registers anew, with all that is known where it names nothing, and keeps its host',
    ask: `POST ${P}/clients`,
    body: { client_id: 'web1', hostname: 'elsewhere', description: 'still the shop' },
    status: 201,
  },
  {
    why: 'what it can do is what this version can',
    ask: `GET ${P}/clients/web1`,
    status: 200,
    like: {
      client: {
        ...{ hostname: 'web1.example.org', description: 'still the shop', supported_modes: ['fs'] },
        supported_actions: ['backup', 'restore'],
      },
    },
  },
  {
    why: 'without a name',
    ask: `POST ${P}/clients`,
    body: { hostname: 'x' },
    status: 400,
    like: { title: 'Bad request format' },
  },
  {
    why: 'with a name that is no host',
    ask: `POST ${P}/clients`,
    body: { client_id: 'web 1' },
    status: 400,
    like: { title: 'Bad request format' },
  },
  {
    why: 'readers only read',
    ask: `POST ${P}/clients`,
    as: 'reader',
    body: INFO,
    status: 403,
    answer: FORBIDDEN,
  },
  { why: 'readers read', ask: `GET ${P}/clients/web1`, as: 'reader', status: 200 },
  {
    why: 'central clients are for administrators',
    ask: `POST ${P}/clients`,
    body: { client_id: 'hub', is_central: true },
    status: 403,
    answer: FORBIDDEN,
  },
  {
    why: 'an administrator makes one',
    ask: `POST ${P}/clients`,
    as: 'admin',
    body: { client_id: 'hub', is_central: true },
    status: 201,
  },
  {
    why: 'every project sees it',
    ask: '/v2/other/clients/hub'.replace('/v2', 'GET /v2'),
    as: 'stranger',
    status: 200,
    like: { project_id: 'default', client: { is_central: true } },
  },
  {
    why: 'no other project takes its name',
    ask: 'POST /v2/other/clients',
    as: 'stranger',
    body: { client_id: 'hub' },
    status: 409,
    like: { title: 'Document already existing' },
  },
  { why: 'a stranger asks for it', ask: `GET ${P}/clients`, as: 'stranger', status: 403, answer: FORBIDDEN },
  {
    why: 'clients are not patched',
    ask: `PATCH ${P}/clients/web1`,
    body: {},
    status: 405,
    answer: { title: '405 Method Not Allowed' },
  },
  { why: 'it is forgotten', ask: `DELETE ${P}/clients/web1`, status: 204, answer: '' },
  { why: 'so is what is not there', ask: `DELETE ${P}/clients/web1`, status: 204, answer: '' },
]);
