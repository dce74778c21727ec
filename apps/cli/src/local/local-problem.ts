/** Something on this machine that the person at the terminal has to mend; the message says what, and the ways out. */
export class LocalProblem extends Error {
  override name = 'LocalProblem';
}
