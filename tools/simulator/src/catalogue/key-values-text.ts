const indents = Array.from({ length: 16 }, (_, depth) => '\t'.repeat(depth));

/** The text before a value, by depth and key: there are few keys, and building these texts each time is half of the work. */
const beforeValue = indents.map(() => new Map<string, string>());

/**
 * Writes text KeyValues as Steam does: LF line ends, tabs for indent, two tabs between key and value, only `\` and `"`
 * escaped, one trailing NUL.
 */
export class KeyValuesText {
  #text = '';
  #depth = 0;

  /** @param key one of a limited number, because keys are cached. */
  pair(key: string, value: string | number): void {
    const known = beforeValue[this.#depth];
    let before = known?.get(key);
    if (before === undefined) {
      before = Buffer.from(`${indents[this.#depth]}"${key}"\t\t"`).toString();
      known?.set(key, before);
    }
    this.#text += before;
    this.#text += value;
    this.#text += '"\n';
  }

  /** Like `pair`, for text that may contain quotes and backslashes. */
  freePair(key: string, value: string): void {
    const isPlain = !value.includes('"') && !value.includes('\\');
    this.pair(key, isPlain ? value : value.replaceAll(/[\\"]/g, String.raw`\$&`));
  }

  open(key: string | number): void {
    const indent = indents[this.#depth];
    this.#text += `${indent}"${key}"\n${indent}{\n`;
    this.#depth += 1;
  }

  close(): void {
    this.#depth -= 1;
    this.#text += `${indents[this.#depth]}}\n`;
  }

  /** A map "0", "1", … of values. */
  list(key: string, values: Iterable<string | number>): void {
    this.open(key);
    let index = 0;
    for (const value of values) {
      this.pair(String(index), value);
      index += 1;
    }
    this.close();
  }

  /** The bytes as on the wire, with the trailing NUL. */
  toBuffer(): Buffer {
    return Buffer.from(`${this.#text}\0`, 'utf8');
  }
}
