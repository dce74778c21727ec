// Every command loads this package: the library as a whole would add 15 ms to each, this module of it 5.
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff/lib/patch/create.js';

/**
 * How many lines may be added and removed before the search for the smallest difference is given up. Its time grows with the
 * square of them: two recorded texts of 134 and 457 kB with 16,331 changed lines took two minutes. Versions that Steam publishes one
 * after the other differ in a handful.
 */
const MAX_CHANGED_LINES = 250;

/** Lines around a change, as `diff -u` shows them. */
const CONTEXT = 3;

export interface NamedText {
  /** What the header of the diff calls it. */
  name: string;
  text: Uint8Array;
}

/**
 * A unified diff of two texts, as `diff -u` prints it; empty when they are equal. Invalid UTF-8 shows as U+FFFD.
 *
 * It is the smallest one when not much differs. Otherwise it is still correct, but has everything between the first and the last
 * difference removed and added, so that no text takes long.
 */
export function diffTexts(old: NamedText, next: NamedText): string {
  const [before, after] = [Buffer.from(old.text).toString(), Buffer.from(next.text).toString()];
  if (before === after) return '';
  const patch = structuredPatch(old.name, next.name, before, after, undefined, undefined, {
    context: CONTEXT,
    maxEditLength: MAX_CHANGED_LINES,
  });
  return formatPatch(
    patch ?? {
      oldFileName: old.name,
      newFileName: next.name,
      oldHeader: undefined,
      newHeader: undefined,
      hunks: [replaceMiddle(linesOf(before), linesOf(after))],
    },
    FILE_HEADERS_ONLY,
  );
}

function replaceMiddle(old: readonly string[], next: readonly string[]) {
  const shorter = Math.min(old.length, next.length);
  let same = 0;
  while (same < shorter && old[same] === next[same]) same++;
  let sameAtEnd = 0;
  while (sameAtEnd < shorter - same && old.at(-1 - sameAtEnd) === next.at(-1 - sameAtEnd)) sameAtEnd++;
  const start = Math.max(0, same - CONTEXT);
  const oldEnd = old.length - sameAtEnd;
  const nextEnd = next.length - sameAtEnd;
  const contextAfter = Math.min(CONTEXT, sameAtEnd);
  return {
    oldStart: start + 1,
    oldLines: oldEnd + contextAfter - start,
    newStart: start + 1,
    newLines: nextEnd + contextAfter - start,
    lines: [
      ...old.slice(start, same).map((line) => ` ${line}`),
      ...old.slice(same, oldEnd).map((line) => `-${line}`),
      ...next.slice(same, nextEnd).map((line) => `+${line}`),
      ...old.slice(oldEnd, oldEnd + contextAfter).map((line) => ` ${line}`),
    ],
  };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop();
  return last ? [...lines, `${last}\n\\ No newline at end of file`] : lines;
}
