/** A typed client of the API, for schedulers and the command line. */
export { openApiClient, type ApiClient } from './api-client.js';
export type { ConnectionOptions, Credentials } from './connection.js';
export type { NodeLink } from './node-link.js';
export { apiIsReady } from './readiness.js';
export type { Filters, Resource } from './resource.js';
