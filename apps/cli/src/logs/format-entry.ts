import { formatLocalTime, parseJson } from '@pics/operations';
import { padText, style } from '../output/text.ts';
import type { LogEntry } from './read-entries.ts';

const WARN = 40;
const ERROR = 50;

/** An entry as a line for people. @param nameWidth of the column of the service; 0 leaves it out. */
export function formatEntry({ service, time, level = 0, text }: LogEntry, nameWidth: number): string {
  const colour = level >= ERROR ? 'red' : level >= WARN ? 'yellow' : undefined;
  return [
    ...(time === undefined ? [] : [style('dim', formatLocalTime(new Date(time)))]),
    ...(nameWidth === 0 ? [] : [style('cyan', padText(service, nameWidth))]),
    colour ? style(colour, text) : text,
  ].join('  ');
}

/** An entry for scripts: the fields that were logged, or the text of a line that is not JSON; `log` names its log. */
export function toJson({ service, time, line }: LogEntry): object {
  const fields = time === undefined ? undefined : parseJson(line);
  return { log: service, ...(typeof fields === 'object' && fields ? fields : { text: line }) };
}
