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
