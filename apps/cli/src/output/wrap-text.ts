import stringWidth from 'string-width';

/** Narrower than this, wrapping makes it worse. */
const NARROWEST = 20;

/**
 * Breaks a text at its blanks into lines of so many columns; a word that is wider stands alone, and the terminal breaks it.
 */
export function wrapText(text: string, width: number): string[] {
  const columns = Math.max(width, NARROWEST);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || stringWidth(longer) <= columns) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
