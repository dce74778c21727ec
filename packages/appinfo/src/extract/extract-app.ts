import type { AppBody, AppRecord } from '@pics/core';
import { selectKeyValues } from '../keyvalues/select-key-values.ts';
import { type AppInfo, appInfo } from './app-info.ts';
import { ExtractionError, MAX_INTEGER, toFlag, toInteger } from './column-values.ts';
import { extractCommon } from './extract-common.ts';
import { extractDepots } from './extract-depots.ts';
import { extractExtended } from './extract-extended.ts';
import { extractCompanies } from './extract-names.ts';

/**
 * The record of one app from the body that Steam sent: what the body says, nothing else. The same body always gives the
 * same record.
 *
 * @throws KeyValuesError when the body is not KeyValues text.
 * @throws ExtractionError when it is, but of another app or not of an app, or contains more than a row can. Both are
 *   permanent: the same body will never give a record.
 */
export function extractApp(app: AppBody): AppRecord {
  return makeRecord(app, selectAppInfo(app));
}

/** Selects what extraction reads from the body, which must be of this app. */
function selectAppInfo({ appid, missingToken, body }: AppBody): Partial<AppInfo> {
  if (body.every((byte) => byte === 0)) {
    if (missingToken) return {};
    throw new ExtractionError('the body is empty');
  }
  const { key, value } = selectKeyValues(body, appInfo);
  if (key.toLowerCase() !== 'appinfo') {
    throw new ExtractionError(`the root of the body is "${key.slice(0, 40)}", not "appinfo"`);
  }
  if (value === undefined) throw new ExtractionError('the root of the body is not a block');
  if (value.appid && toInteger(value.appid, 0, MAX_INTEGER) !== appid) {
    throw new ExtractionError(`the body is of app ${value.appid.slice(0, 40)}, not ${appid}`);
  }
  return value;
}

/**
 * The record of one app from what its body says, however it was parsed.
 *
 * An app is `restricted` when Steam sends only a part of it, as indicated by the response (missing token) or by the body
 * (`public_only`). Its record has only the sections in the body. Any other app is `public`, and its record has every
 * section: what a public body leaves out does not exist.
 *
 * @throws ExtractionError when it contains more than a row can.
 */
export function makeRecord(app: Omit<AppBody, 'body'>, info: Partial<AppInfo>): AppRecord {
  const restricted = app.missingToken || toFlag(info.public_only);
  const { common, extended, depots } = info;
  const record: AppRecord = {
    appid: app.appid,
    changeNumber: app.changeNumber,
    access: restricted ? 'restricted' : 'public',
  };
  if (app.sha1 !== undefined && !restricted) record.sha1 = app.sha1;
  if (common || !restricted) record.common = extractCommon(common ?? {});
  if (extended || !restricted) record.extended = extractExtended(extended);
  if (depots || !restricted) record.depots = extractDepots(depots);
  const developers = extractCompanies('developer', info, restricted);
  if (developers) record.developers = developers;
  const publishers = extractCompanies('publisher', info, restricted);
  if (publishers) record.publishers = publishers;
  return record;
}
