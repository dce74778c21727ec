/** Something that the person at the terminal has to mend: its message is the whole output, without a stack. */
export class Problem extends Error {
  name = 'Problem';
}
