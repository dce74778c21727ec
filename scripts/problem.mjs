/** An error that the user has to fix. Only its message is printed, without a stack. */
export class Problem extends Error {
  /** @override */
  name = 'Problem';
}

/**
 * Returns the code of a system error, such as ENOENT.
 *
 * @param {unknown} error
 */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/**
 * What to print about an error: its message if the user can fix it, its stack if it is a bug.
 *
 * @param {unknown} error
 */
export function explain(error) {
  if (error instanceof Problem) return error.message;
  if (!(error instanceof Error)) return error;
  if (['EACCES', 'EPERM', 'EROFS'].includes(String(codeOf(error)))) {
    return `${error.message}\nRun as the owner of this folder, or clone it to a folder that you own.`;
  }
  if (codeOf(error) === 'ENOSPC') return 'The disk is full. Free some space and start again.';
  return error.stack;
}
