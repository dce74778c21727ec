import { Buffer } from 'node:buffer';
import type { ExactText } from './key-values-reader.ts';
import type { KeyValue } from './parse-key-values.ts';

/**
 * A tree as Steam writes it: LF line ends, tabs for indent, two tabs between key and value, braces on lines of their
 * own, `\` and `"` escaped and nothing else, no NUL at the end.
 *
 * The SHA-1 that PICS announces for an app is that of these bytes.
 */
export function serializeKeyValues(root: KeyValue): Buffer {
  return Buffer.from(entry(root, ''), 'latin1');
}

function entry({ key, value }: KeyValue, indent: string): string {
  if (!Array.isArray(value)) return `${indent}${quoted(key)}\t\t${quoted(value)}\n`;
  const entries = value.map((child) => entry(child, `${indent}\t`)).join('');
  return `${indent}${quoted(key)}\n${indent}{\n${entries}${indent}}\n`;
}

/** In quotes, one character per byte. */
function quoted(text: ExactText): string {
  const bytes = Buffer.from(text).toString('latin1');
  return `"${bytes.replaceAll(/[\\"]/g, '\\$&')}"`;
}
