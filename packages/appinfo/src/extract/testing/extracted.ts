import { type AppRecord, appRecordSchema, type CommonSection, type ExtendedSection } from '@pics/core';
import { extractApp } from '../extract-app.ts';
import { appBody, type Block } from './app-body.ts';

/** The record of app 1000 with this body, checked against the schema. */
export function extracted(body: Block | Uint8Array, missingToken = false): AppRecord {
  const bytes = body instanceof Uint8Array ? body : appBody(body);
  const record = extractApp({ appid: 1000, changeNumber: 77, missingToken, body: bytes });
  appRecordSchema.parse(record);
  return record;
}

/** The common section of a public app with this `common`. */
export function extractedCommon(common: Block): CommonSection {
  return present(extracted({ common }).common);
}

/** The extended section of a public app with this `extended`. */
export function extractedExtended(extended: Block): ExtendedSection {
  return present(extracted({ extended }).extended);
}

function present<Section>(section: Section | undefined): Section {
  if (section === undefined) throw new Error('a public record has every section');
  return section;
}
