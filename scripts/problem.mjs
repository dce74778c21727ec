/** Something that the person at the terminal has to mend: its message is the whole output, without a stack. */
export class Problem extends Error {
  /** @override */
  name = 'Problem';
}

/**
 * The code of a system error, such as ENOENT.
 *
 * @param {unknown} error
 */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
