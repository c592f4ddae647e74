import { describeMetadataContract } from '#metadata/testing';
import { freshMetadata } from './fresh-metadata.fixture.js';

describeMetadataContract('PostgreSQL', async () => {
  const { metadata, close } = await freshMetadata();
  return { metadata, close };
});
