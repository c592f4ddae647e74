import { givenTo } from '../../process/commander-option.js';
import { optionCommand } from '../../process/option-command.js';
import { standardOutput } from '../../process/standard-streams.js';
import type { AddCommand } from '../cli.js';
import { up, upProgram } from './up.js';

/** `firn up` */
export const addUp: AddCommand = (program, cli) => {
  const command = optionCommand(upProgram, { out: standardOutput.tell }).action(() =>
    up({ commandLine: givenTo(command), signal: cli.signal, say: cli.say }),
  );
  program.addCommand(command);
};
