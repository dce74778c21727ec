import type { AppBody, AppRecord } from '@pics/core';
import type { AppInfo } from './app-info.ts';
import { type AssociationType, associatedNames, toName } from './associated-names.ts';
import { toFlag } from './column-values.ts';
import { extractCommon } from './extract-common.ts';
import { extractDepots } from './extract-depots.ts';
import { extractExtended } from './extract-extended.ts';

/**
 * The record of one app from what its body says, however that was read.
 *
 * An app is `restricted` when Steam shows only a part of it: the message says so (missing token) or the body does
 * (`public_only`). Its record has only the sections that the body carries. Any other app is `public`, and its record
 * has every section: what a public body leaves out is not there.
 *
 * @throws ExtractionError when it holds more than a row can.
 */
export function makeRecord(entry: Omit<AppBody, 'body'>, info: Partial<AppInfo>): AppRecord {
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
