const indents = Array.from({ length: 16 }, (_, depth) => '\t'.repeat(depth));

/** By depth and key, what stands before a value; keys are few, and putting them together anew is half of the work. */
const beforeValue = indents.map(() => new Map<string, string>());

/**
 * Writes text KeyValues as Steam does: LF line ends, tabs for indent, two tabs between key and value, only `\` and `"`
 * escaped, one trailing NUL.
 */
export class KeyValuesText {
  #text = '';
  #depth = 0;

  /** @param key one of a limited number, for they are remembered. */
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

  /** As `pair`, for text that may hold quotes and backslashes. */
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
