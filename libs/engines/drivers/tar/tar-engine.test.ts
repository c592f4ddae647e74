import { systemCommands } from '#host';
import { describeEngineContract, describeExtractContract } from '../../testing/index.js';
import { tarEngine } from './tar-engine.js';

for (const describeContract of [describeEngineContract, describeExtractContract]) {
  describeContract('tar', (temporaryDirectory) =>
    tarEngine({ commands: systemCommands, temporaryDirectory }),
  );
}
