export { diffRecords } from './changes/diff-records.ts';
export { diffTrees, type PathChange } from './changes/diff-trees.ts';
export { ExtractionError } from './extract/column-values.ts';
export { extractApp } from './extract/extract-app.ts';
export { extractStoredText } from './extract/extract-stored-text.ts';
export { type ExactText, KeyValuesError, type KeyValuesLimits } from './keyvalues/key-values-reader.ts';
export { keyValuesToJson, sectionsToJson } from './keyvalues/key-values-to-json.ts';
export { type KeyValue, parseKeyValues, serializeKeyValues } from './keyvalues/parse-key-values.ts';
