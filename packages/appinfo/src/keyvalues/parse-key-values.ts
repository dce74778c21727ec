import { Buffer } from 'node:buffer';
import { type ExactText, type KeyValuesLimits, KeyValuesReader } from './key-values-reader.ts';

/** A key with its text or its block. Blocks keep the order of their entries and every duplicate. */
export interface KeyValue {
  key: ExactText;
  value: ExactText | KeyValue[];
}

/**
 * The whole tree of a KeyValues text, which has one root. Nothing is lost: `serializeKeyValues` gives back the bytes of
 * any text in Steam's own layout.
 *
 * Keys are data and never property names, so a key like `__proto__` does no harm.
 *
 * @throws KeyValuesError when the bytes are not such a text, or exceed the limits.
 */
export function parseKeyValues(bytes: Uint8Array, limits?: KeyValuesLimits): KeyValue {
  const reader = new KeyValuesReader(bytes, limits);
  reader.nextEntry();
  const root = readEntry(reader);
  const open = Array.isArray(root.value) ? [root.value] : [];
  for (let block = open.at(-1); block !== undefined; block = open.at(-1)) {
    if (!reader.nextEntry()) {
      open.pop();
      continue;
    }
    const entry = readEntry(reader);
    block.push(entry);
    if (Array.isArray(entry.value)) open.push(entry.value);
  }
  reader.finish();
  return root;
}

/** The entry at the cursor; a block is entered, and still empty. */
function readEntry(reader: KeyValuesReader): KeyValue {
  const key = reader.exactKey();
  if (!reader.isBlock) return { key, value: reader.readExactText() };
  reader.enterBlock();
  return { key, value: [] };
}

/**
 * A tree as Steam writes it: LF line ends, tabs for indent, two tabs between key and value, each brace on a line of
 * its own, `\` and `"` escaped and nothing else, no NUL at the end.
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
