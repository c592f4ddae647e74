import { systemCommands } from '#host';
import { describeEngineContract } from '../../testing/index.js';
import { tarEngine } from './tar-engine.js';

describeEngineContract('tar', (temporaryDirectory) =>
  tarEngine({ commands: systemCommands, temporaryDirectory }),
);
