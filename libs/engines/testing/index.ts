export { describeEngineContract } from './engine-contract.js';
export { describeExtractContract } from './extract-contract.js';
export {
  archived,
  extracted,
  selected,
  streamOf,
  wholeSource,
  type Level,
  type Selection,
} from './levels.js';
export { editsArbitrary, editTree, type Edit } from './tree-edits.js';
