import type { AppRecord } from '@pics/core';
import { selectKeyValues } from '../keyvalues/select-key-values.ts';
import type { AppEntry } from '../product-info.ts';
import { type AppInfo, appInfo } from './app-info.ts';
import { type AssociationType, associatedNames, toName } from './associated-names.ts';
import { MAX_INTEGER, toFlag, toInteger } from './column-values.ts';
import { ExtractionError } from './extraction-error.ts';
import { extractCommon } from './extract-common.ts';
import { extractDepots } from './extract-depots.ts';
import { extractExtended } from './extract-extended.ts';

/**
 * The record of one app, from its entry in an answer of Steam: what the body says, nothing else. The same entry always
 * gives the same record.
 *
 * An app is `restricted` when Steam shows only a part of it: the message says so (missing token) or the body does
 * (`public_only`). Its record has only the sections that the body carries. Any other app is `public`, and its record
 * has every section: what a public body leaves out is not there.
 *
 * @throws KeyValuesError when the body is no KeyValues text.
 * @throws ExtractionError when it is, but of another app or of no app, or holds more than a row can. Both are permanent:
 *   the same body will never give a record.
 */
export function extractApp(entry: AppEntry): AppRecord {
  const info = selectAppInfo(entry);
  const restricted = entry.missingToken || toFlag(info.public_only);
  const { common, extended, depots } = info;
  const record: AppRecord = {
    appid: entry.appid,
    changeNumber: entry.changeNumber,
    access: restricted ? 'restricted' : 'public',
  };
  if (common || !restricted) record.common = extractCommon(common ?? {});
  if (extended || !restricted) record.extended = extractExtended(extended);
  if (depots || !restricted) record.depots = extractDepots(depots);
  const developers = extractCreators('developer', info, restricted);
  if (developers) record.developers = developers;
  const publishers = extractCreators('publisher', info, restricted);
  if (publishers) record.publishers = publishers;
  return record;
}

/** The wanted part of the body, which must be this app's. */
function selectAppInfo(entry: AppEntry): Partial<AppInfo> {
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

/**
 * Developers or publishers: `common.associations` of that type; when they hold none, `extended.developer` or
 * `extended.publisher`. A restricted body without an `extended` settles nothing by holding none, and what is stored must
 * stay: undefined then.
 */
function extractCreators(
  type: Exclude<AssociationType, 'franchise'>,
  { common, extended }: Partial<AppInfo>,
  restricted: boolean,
): string[] | undefined {
  const associated = associatedNames(type, common?.associations);
  if (associated.length > 0) return associated;
  if (restricted && !extended) return undefined;
  const name = toName(extended?.[type], type);
  return name === null ? [] : [name];
}
