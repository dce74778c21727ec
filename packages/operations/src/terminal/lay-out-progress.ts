import { styleText } from 'node:util';
import type { ProgressReport, Span } from './describe-progress.ts';

const STYLES = {
  good: 'green',
  busy: 'cyan',
  warn: 'yellow',
  bad: 'red',
  quiet: 'dim',
  link: 'underline',
} as const;

const BAR_COLUMNS = 24;
const SEPARATOR = ' · ';

/**
 * Lays a report out for a terminal: a bar, if there is one, and the spans, in as few lines as they need. Lines break between
 * spans; a text longer than a line goes on in the next one, and a link stays whole as long as the terminal is as wide.
 *
 * @param output decides whether there are colours; NO_COLOR and FORCE_COLOR are respected.
 */
export function layOutProgress(
  { share, spans }: ProgressReport,
  columns: number,
  output: NodeJS.WritableStream,
): string {
  const bar: Span[] = share === undefined ? [] : [{ text: drawBar(share), style: 'busy' }];
  const lines: Span[][] = [];
  let room = 0;
  for (const span of [...bar, ...spans].filter(({ text }) => text !== '')) {
    const line = lines.at(-1);
    const needed = SEPARATOR.length + span.text.length;
    if (line && needed <= room) {
      line.push(span);
      room -= needed;
    } else {
      lines.push([span]);
      room = columns - span.text.length;
    }
  }
  return lines.map((line) => line.map((span) => paint(span, output)).join(SEPARATOR)).join('\n');
}

function paint({ text, style }: Span, stream: NodeJS.WritableStream): string {
  return style ? styleText(STYLES[style], text, { stream }) : text;
}

function drawBar(share: number): string {
  const done = Math.round(Math.min(Math.max(share, 0), 1) * BAR_COLUMNS);
  return '█'.repeat(done) + '░'.repeat(BAR_COLUMNS - done);
}
