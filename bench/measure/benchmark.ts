import type { Figure } from './figure.ts';

export interface BenchmarkOptions {
  /** How often everything is run; 5 or more for a figure that is published. */
  repetitions: number;
  /** Use the full size even where that takes minutes. */
  long: boolean;
  /** Reports progress. */
  log: (progress: string) => void;
}

/** One part of `npm run bench`. */
export interface Benchmark {
  /** The value of `--only`, and the name of the file. */
  name: string;
  /** One line for `--help`. */
  measures: string;
  run: (options: BenchmarkOptions) => Promise<Result[]>;
}

/** One row of the table. */
export interface Result {
  what: string;
  unit: string;
  project: Figure;
  /** The same work with the same libraries, written in the usual way and in its best configuration. */
  peer?: Comparison;
  /** A bound that can only be beaten by doing less. */
  limit?: Comparison;
  goals: Goal[];
  /** What a reader needs to know to interpret the figures. */
  note?: string;
}

/** Something that the project is compared with. */
export interface Comparison extends Figure {
  name: string;
}

/** A goal, and whether this run met it. */
export interface Goal {
  text: string;
  met: boolean;
}

/** A goal for the median, as a multiple of what it is compared with. */
export function atLeast(factor: number, project: Figure, comparison: Comparison): Goal {
  return {
    text: `≥ ${factor} × ${comparison.name}`,
    met: project.median >= factor * comparison.median,
  };
}

/** A goal for the median itself. */
export function atMost(limit: number, unit: string, figure: Figure): Goal {
  return { text: `≤ ${limit} ${unit}`, met: figure.median <= limit };
}

/** Formats results as a Markdown table, which is also readable in a terminal. */
export function formatTable(results: readonly Result[]): string {
  const rows = results.map(({ what, unit, project, peer, limit, goals }) => [
    what,
    unit,
    formatFigure(project),
    formatComparison(project, peer),
    formatComparison(project, limit),
    goals.map(({ text, met }) => `${text}: ${met ? 'met' : 'MISSED'}`).join('; '),
  ]);
  const header = ['What', 'Unit', 'This project', 'Peer', 'Limit', 'Goals'];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const format = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const notes = results.filter(({ note }) => note).map(({ what, note }) => `- ${what}: ${note}`);
  const rule = widths.map((width) => '-'.repeat(width));
  return [format(header), format(rule), ...rows.map(format), '', ...notes].join('\n').trimEnd();
}

/** Formats the median, followed by the range in brackets. */
function formatFigure({ median, low, high }: Figure): string {
  return low === high
    ? formatNumber(median)
    : `${formatNumber(median)} (${formatNumber(low)}–${formatNumber(high)})`;
}

function formatComparison(project: Figure, comparison: Comparison | undefined): string {
  if (!comparison) return '';
  const ratio = (project.median / comparison.median).toFixed(2);
  return `${comparison.name}: ${formatFigure(comparison)}; ratio ${ratio}`;
}

/** Formats with three significant digits: more are not reproducible. */
function formatNumber(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 3 });
}
