import { styleText } from 'node:util';
import type { Level } from '@pics/operations';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** The colour of each level. */
export const LEVEL_STYLES: Record<Level, Style> = {
  good: 'green',
  busy: 'yellow',
  warn: 'yellow',
  bad: 'red',
  quiet: 'dim',
};

/** Text in a colour or weight where stdout is a terminal that shows it; respects NO_COLOR and FORCE_COLOR. */
export function style(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Text padded with spaces to `width` columns; wide characters, as in Japanese names, take two. */
export function padText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'left' ? text + spaces : spaces + text;
}

/** Narrower than this, wrapping makes it worse. */
const NARROWEST = 20;

/** Text broken at its spaces into lines that fit beside an indent on this terminal; in a pipe it is one line. */
export function wrapText(text: string, indent: number, terminalWidth = process.stdout.columns): string[] {
  if (terminalWidth === undefined) return [text];
  return wrapAnsi(text, Math.max(terminalWidth - indent, NARROWEST)).split('\n');
}
