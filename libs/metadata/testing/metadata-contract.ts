import { after, before, describe } from 'mocha';
import { describeConcurrency } from './contract-concurrency.js';
import { describeDocuments } from './contract-documents.js';
import { describeEnding } from './contract-ending.js';
import { describeFilters } from './contract-filters.js';
import { describeKeys } from './contract-keys.js';
import { describeModel } from './contract-model.js';
import { describePages } from './contract-pages.js';
import { describeSettings } from './contract-settings.js';
import { describeTransactions } from './contract-transactions.js';
import type { MetadataUnderContract } from './metadata-under-contract.js';

/** What all metadata must do. `open` gives empty ones. */
export function describeMetadataContract(name: string, open: () => Promise<MetadataUnderContract>): void {
  describe(`metadata on ${name}`, () => {
    let opened: MetadataUnderContract;
    before(async () => {
      opened = await open();
    });
    after(() => opened.close());

    const given = () => opened.metadata;
    describeDocuments(given);
    describeKeys(given);
    describeFilters(given);
    describePages(given);
    describeTransactions(given);
    describeConcurrency(given);
    describeSettings(given);
    describeModel(given);
    describeEnding(open);
  });
}
