import type { AppBody, AppRecord } from '@pics/core';
import { selectKeyValues } from '../keyvalues/select-key-values.ts';
import { type AppInfo, appInfo } from './app-info.ts';
import { MAX_INTEGER, toInteger } from './column-values.ts';
import { ExtractionError } from './extraction-error.ts';
import { makeRecord } from './make-record.ts';

/**
 * The record of one app, from its entry in an answer of Steam: what the body says, nothing else. The same entry always
 * gives the same record.
 *
 * @throws KeyValuesError when the body is no KeyValues text.
 * @throws ExtractionError when it is, but of another app or of no app, or holds more than a row can. Both are permanent:
 *   the same body will never give a record.
 */
export function extractApp(entry: AppBody): AppRecord {
  return makeRecord(entry, selectAppInfo(entry));
}

/** The wanted part of the body, which must be this app's. */
function selectAppInfo(entry: AppBody): Partial<AppInfo> {
  if (entry.body.every((byte) => byte === 0)) {
    if (entry.missingToken) return {};
    throw new ExtractionError('the body is empty');
  }
  const { key, value } = selectKeyValues(entry.body, appInfo);
  if (key.toLowerCase() !== 'appinfo') {
    throw new ExtractionError(`the root of the body is "${key.slice(0, 40)}", not "appinfo"`);
  }
  if (value === undefined) throw new ExtractionError('the root of the body holds no block');
  if (value.appid && toInteger(value.appid, 0, MAX_INTEGER) !== entry.appid) {
    throw new ExtractionError(`the body is of app ${value.appid.slice(0, 40)}, not ${entry.appid}`);
  }
  return value;
}
