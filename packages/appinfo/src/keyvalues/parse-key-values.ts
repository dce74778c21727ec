import { type ExactText, type KeyValuesLimits, KeyValuesReader } from './key-values-reader.ts';

/** A key with its text or its block. Blocks keep the order of their entries and every duplicate. */
export interface KeyValue {
  key: ExactText;
  value: ExactText | KeyValue[];
}

/**
 * The whole tree of a KeyValues text, which has one root. Nothing is lost: `serializeKeyValues` gives back the bytes of
 * any text that stands in Steam's own layout.
 *
 * Keys are data here and never property names, so a key like `__proto__` is one like any other.
 *
 * @throws KeyValuesError when the bytes are no such text, or go past the limits.
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

/** The entry at the cursor; a block is entered and still empty. */
function readEntry(reader: KeyValuesReader): KeyValue {
  const key = reader.exactKey();
  if (!reader.isBlock) return { key, value: reader.readExactText() };
  reader.enterBlock();
  return { key, value: [] };
}
