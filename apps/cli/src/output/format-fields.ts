import stringWidth from 'string-width';
import { padText } from './fit-text.ts';
import { style } from './style.ts';

const GAP = 2;
/** Narrower than this, wrapping makes it worse. */
const NARROWEST = 20;

export type Field = readonly [name: string, value: string | null | undefined];

/**
 * Names and what they stand for, under one another; what there is nothing of is left out. On a terminal long values go on
 * below themselves, not below their names.
 */
export function formatFields(fields: readonly Field[], terminalWidth = process.stdout.columns): string[] {
  const present = fields.flatMap(([name, value]) => (value ? [{ name, value }] : []));
  const indent = Math.max(0, ...present.map(({ name }) => stringWidth(name))) + GAP;
  const width = terminalWidth === undefined ? Number.POSITIVE_INFINITY : terminalWidth - indent;
  return present.flatMap(({ name, value }) => {
    const [first = '', ...others] = wrap(value, Math.max(width, NARROWEST));
    return [style('dim', padText(name, indent)) + first, ...others.map((line) => ' '.repeat(indent) + line)];
  });
}

/** Breaks a text at its blanks; a word wider than a line stands alone, and the terminal breaks it. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || stringWidth(longer) <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
