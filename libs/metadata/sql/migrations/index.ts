import { FileEndpoints1795190400000 } from './file-endpoints.js';
import { FirstTables1795132800000 } from './first-tables.js';

/** In order. One that was released is never edited: the next one mends it. */
export const MIGRATIONS = [FirstTables1795132800000, FileEndpoints1795190400000];
