/** In the order in which they are done: what reads the first backup comes before it has increments. */
export const TASKS = ['first', 'restore', 'file', 'verify', 'unchanged', 'change'];

export const taskLabels = {
  first: 'first backup',
  restore: 'full restore',
  file: 'restore of one file',
  verify: 'verify, all data read',
  unchanged: 'nothing changed',
  change: 'small change',
};

const BOTH_WAYS = ['first', 'restore', 'unchanged', 'change'];

/** Who does what with which set. A task that is missing says nothing new there, or a contender does not have it. */
const MATRIX = {
  mixed: {
    firn: TASKS,
    'firn-8m': TASKS,
    pipeline: BOTH_WAYS,
    tar: ['first'],
    restic: TASKS,
    borg: TASKS,
    duplicity: TASKS,
  },
  small: {
    firn: TASKS,
    'firn-8m': ['first', 'unchanged', 'change'],
    pipeline: BOTH_WAYS,
    tar: ['first'],
    restic: TASKS,
    borg: TASKS,
    duplicity: TASKS,
  },
  image: {
    firn: ['first', 'change'],
    'firn-block': ['first', 'restore', 'verify', 'unchanged', 'change'],
    pipeline: ['first', 'restore', 'change'],
    tar: ['first'],
    restic: ['first', 'restore', 'verify', 'unchanged', 'change'],
    borg: ['first', 'restore', 'verify', 'unchanged', 'change'],
    duplicity: ['first', 'change'],
  },
  incompressible: {
    firn: ['first', 'restore', 'verify'],
    pipeline: ['first', 'restore'],
    tar: ['first'],
    restic: ['first', 'restore', 'verify'],
    borg: ['first', 'restore', 'verify'],
  },
};

/** The wanted tasks of a contender with a set; the first backup goes before all others, wanted or not. */
export function tasksOf(set, contender, wanted) {
  const tasks = (MATRIX[set][contender] ?? []).filter((task) => wanted.includes(task));
  return tasks.length === 0 ? [] : TASKS.filter((task) => task === 'first' || tasks.includes(task));
}
