/** A machine for tests. */
export {
  scriptedCommands,
  type Answer,
  type CommandTable,
  type Script,
  type ScriptedCall,
  type ScriptedCommands,
} from './scripted-commands.js';
