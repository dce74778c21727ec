import stringWidth from 'string-width';
import { padText, style, wrapText } from './text.ts';

const GAP = 2;

export type LabelledText = readonly [label: string, text: string | null | undefined];

/**
 * Labels and their texts, one below the other; empty ones are left out. On a terminal a long text continues below itself, not
 * below its label.
 */
export function formatFields(fields: readonly LabelledText[], terminalWidth?: number): string[] {
  const present = fields.flatMap(([label, text]) => (text ? [{ label, text }] : []));
  const indent = Math.max(0, ...present.map(({ label }) => stringWidth(label))) + GAP;
  return present.flatMap(({ label, text }) => {
    const [first = '', ...others] = wrapText(text, indent, terminalWidth);
    return [style('dim', padText(label, indent)) + first, ...others.map((line) => ' '.repeat(indent) + line)];
  });
}
