import type { Figure } from './figure.ts';

/** How thoroughly to measure. */
export interface Effort {
  /** How often everything is run, interleaved; 5 or more for a figure that is to be quoted. */
  repetitions: number;
  /** Take the full size also where that takes minutes. */
  long: boolean;
  /** Tells the person who waits what is under way. */
  tell: (progress: string) => void;
}

/** Something that the project is measured against. */
export interface Rival extends Figure {
  name: string;
}

/** A goal, and whether it was met in this run. */
export interface Goal {
  text: string;
  met: boolean;
}

/** One line of the table. */
export interface Line {
  what: string;
  unit: string;
  project: Figure;
  /** What others would have written with the same libraries, in its best setting. */
  peer?: Rival;
  /** What cannot be passed, or only by doing less. */
  limit?: Rival;
  goals: Goal[];
  /** What one has to know to read the figures. */
  note?: string;
}

/** One part of `npm run bench`, which can be run alone by its name. */
export interface Benchmark {
  name: string;
  /** One line for `--help`. */
  measures: string;
  run: (effort: Effort) => Promise<Line[]>;
}

/** A goal on the median of a figure as a multiple of a rival's. */
export function atLeast(factor: number, project: Figure, rival: Rival): Goal {
  return { text: `≥ ${factor} × ${rival.name}`, met: project.median >= factor * rival.median };
}

/** A goal on the median of a figure itself. */
export function atMost(limit: number, unit: string, figure: Figure): Goal {
  return { text: `≤ ${limit} ${unit}`, met: figure.median <= limit };
}
