import { describeMetadataContract } from '#metadata/testing';
import { memoryMetadata } from './memory-metadata.js';

describeMetadataContract('memory', async () => {
  const metadata = memoryMetadata();
  return { metadata, close: () => metadata.close() };
});
