import type { Line, Rival } from './benchmark.ts';
import type { Figure } from './figure.ts';

/** The lines as a Markdown table, which reads well on a terminal too. */
export function formatTable(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.what,
    line.unit,
    formatFigure(line.project),
    formatRival(line.project, line.peer),
    formatRival(line.project, line.limit),
    line.goals.map(({ text, met }) => `${text}: ${met ? 'met' : 'MISSED'}`).join('; '),
  ]);
  const header = ['What', 'Unit', 'This project', 'Peer', 'Limit', 'Goals'];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const format = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const notes = lines.filter(({ note }) => note).map(({ what, note }) => `- ${what}: ${note}`);
  const rule = widths.map((width) => '-'.repeat(width));
  return [format(header), format(rule), ...rows.map(format), '', ...notes].join('\n').trimEnd();
}

/** The median, and in brackets between what the runs lay. */
function formatFigure({ median, low, high }: Figure): string {
  return low === high
    ? formatNumber(median)
    : `${formatNumber(median)} (${formatNumber(low)}–${formatNumber(high)})`;
}

function formatRival(project: Figure, rival: Rival | undefined): string {
  if (!rival) return '';
  return `${rival.name}: ${formatFigure(rival)}; ratio ${(project.median / rival.median).toFixed(2)}`;
}

/** Three significant digits: no run repeats more of them. */
function formatNumber(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 3 });
}
