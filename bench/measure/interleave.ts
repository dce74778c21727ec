import { figureOf, type Figure } from './figure.ts';

/** Measures once; resolves with the figure of that run. */
export type Contender = () => Promise<number> | number;

export interface InterleaveOptions {
  repetitions: number;
  /** Runs whose figures are thrown away, for what only the first runs pay: compiling, filling caches. */
  warmUps?: number;
  tell?: (progress: string) => void;
}

/**
 * Runs the contenders one after the other, again and again, so that whatever else the machine does in these minutes falls
 * on all of them; who begins changes with every repetition.
 */
export async function interleave<Name extends string>(
  contenders: Record<Name, Contender>,
  { repetitions, warmUps = 1, tell }: InterleaveOptions,
): Promise<Record<Name, Figure>> {
  const names = Object.keys(contenders) as Name[];
  const runs = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let repetition = -warmUps; repetition < repetitions; repetition += 1) {
    const first = Math.abs(repetition) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const figure = await contenders[name]();
      tell?.(`${repetition < 0 ? 'warm-up' : `run ${repetition + 1}`} of ${name}: ${Math.round(figure)}`);
      if (repetition >= 0) runs[name].push(figure);
    }
  }
  return Object.fromEntries(names.map((name) => [name, figureOf(runs[name])])) as Record<Name, Figure>;
}
