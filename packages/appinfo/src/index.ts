export { extractApp } from './extract/extract-app.ts';
export { ExtractionError } from './extract/extraction-error.ts';
export { KeyValuesError } from './keyvalues/key-values-error.ts';
export type { ExactText, KeyValuesLimits } from './keyvalues/key-values-reader.ts';
export { type KeyValue, parseKeyValues } from './keyvalues/parse-key-values.ts';
export { serializeKeyValues } from './keyvalues/serialize-key-values.ts';
