import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter();

/** Text cut so that it takes at most `width` columns of a terminal; `…` says that something is missing. */
export function fitText(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let fitting = '';
  let taken = 1; // For the ellipsis.
  for (const { segment } of graphemes.segment(text)) {
    taken += stringWidth(segment);
    if (taken > width) break;
    fitting += segment;
  }
  return `${fitting.trimEnd()}…`;
}

/** Text filled up with blanks to `width` columns; wide characters, as in Japanese names, count as two. */
export function padText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}
