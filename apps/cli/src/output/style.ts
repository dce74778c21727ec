import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** Text in a colour or weight where stdout is a terminal that shows it; NO_COLOR and FORCE_COLOR are heard. */
export function style(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
