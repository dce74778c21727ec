import stringWidth from 'string-width';
import { padText } from './fit-text.ts';
import { style } from './style.ts';
import { wrapText } from './wrap-text.ts';

const GAP = 2;

export type Field = readonly [name: string, value: string | null | undefined];

/**
 * Names and what they stand for, under one another; what there is nothing of is left out. On a terminal long values go on
 * below themselves, not below their names.
 */
export function formatFields(fields: readonly Field[], terminalWidth = process.stdout.columns): string[] {
  const present = fields.flatMap(([name, value]) => (value ? [{ name, value }] : []));
  const indent = Math.max(0, ...present.map(({ name }) => stringWidth(name))) + GAP;
  return present.flatMap(({ name, value }) => {
    const [first = '', ...others] = wrapText(value, (terminalWidth ?? Number.POSITIVE_INFINITY) - indent);
    return [style('dim', padText(name, indent)) + first, ...others.map((line) => ' '.repeat(indent) + line)];
  });
}
