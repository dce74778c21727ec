import type { CommonOptions } from '../command-line/define-command.ts';
import { print, printJson } from '../output/print.ts';
import { padText } from '../output/fit-text.ts';
import { plainText } from '../output/plain-text.ts';
import { style, type Style } from '../output/style.ts';
import { wrapText } from '../output/wrap-text.ts';
import { examine } from './examine.ts';
import type { Finding } from './finding.ts';

/** Looks at everything the line stands on, and says what to do; exits with 1 when there is a problem. */
export async function showDoctor({ json }: CommonOptions): Promise<number> {
  const findings = await examine();
  const problems = findings.filter(({ level }) => level === 'problem').length;
  const warnings = findings.filter(({ level }) => level === 'warning').length;
  if (json) printJson({ problems, warnings, findings });
  else print([...findings.flatMap(describeFinding), '', summarise(problems, warnings)]);
  return problems > 0 ? 1 : 0;
}

const MARKS: Record<Finding['level'], readonly [mark: string, style: Style]> = {
  fine: ['✓', 'green'],
  warning: ['!', 'yellow'],
  problem: ['✗', 'red'],
};

/** The longest subject is "Settings"; columns under one another are found at a glance. */
const SUBJECT_COLUMNS = 10;

function describeFinding({ subject, level, text, advice }: Finding): string[] {
  const [mark, markStyle] = MARKS[level];
  const indent = 2 + SUBJECT_COLUMNS;
  const wrap = (words: string) =>
    wrapText(words, (process.stdout.columns ?? Number.POSITIVE_INFINITY) - indent);
  const [first = '', ...others] = wrap(plainText(text));
  return [
    `${style(markStyle, mark)} ${padText(subject, SUBJECT_COLUMNS)}${first}`,
    ...[...others, ...(advice ? wrap(`→ ${advice}`).map((line) => style('cyan', line)) : [])].map(
      (line) => ' '.repeat(indent) + line,
    ),
  ];
}

function summarise(problems: number, warnings: number): string {
  if (problems + warnings === 0) return style('green', 'Everything is fine.');
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const parts = [
    ...(problems > 0 ? [style('red', count(problems, 'problem'))] : []),
    ...(warnings > 0 ? [style('yellow', count(warnings, 'warning'))] : []),
  ];
  return `${parts.join(', ')}.`;
}
