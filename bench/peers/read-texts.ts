import { extractApp } from '@pics/appinfo';
import type { AppBody } from '@pics/core';
import { parse, type KeyValuesObject } from 'kvparser';
import { makeRecord } from '../../packages/appinfo/src/extract/extract-app.ts';
import { readAppEntries } from '../input/app-records.ts';
import { cpuSeconds } from '../measure/figure.ts';
import { serveMeasurements } from '../measure/measured-process.ts';
import { pickAppInfo } from './pick-app-info.ts';

/** The argument of this program: a way to read the bodies of apps. */
export type TextReader = 'project' | 'kvparser' | 'json-bytes' | 'json-string';

/** Long enough for several garbage collections in each run. */
const MIN_CPU_SECONDS = 0.7;

/** A run measures MB of KeyValues text per CPU-second. */
const { entries } = await readAppEntries();
const megabytes = entries.reduce((sum, { body }) => sum + body.length, 0) / 1e6;
const readAll = prepare(process.argv[2] as TextReader);
serveMeasurements(async () => {
  let seconds = 0;
  let passes = 0;
  for (; seconds < MIN_CPU_SECONDS; passes += 1) seconds += await cpuSeconds(readAll);
  return (passes * megabytes) / seconds;
});

function prepare(reader: TextReader): () => void {
  switch (reader) {
    case 'project':
      return () => {
        for (const entry of entries) extractApp(entry);
      };
    case 'kvparser':
      return () => {
        for (const entry of entries) makeRecord(entry, pickAppInfo(parseBody(entry)));
      };
    case 'json-bytes': {
      const bodies = entries.map((entry) => Buffer.from(toJson(entry)));
      return () => {
        for (const body of bodies) JSON.parse(body.toString());
      };
    }
    case 'json-string': {
      const bodies = entries.map(toJson);
      return () => {
        for (const body of bodies) JSON.parse(body);
      };
    }
  }
}

function parseBody({ body }: AppBody): KeyValuesObject {
  const { appinfo } = parse(Buffer.from(body.buffer, body.byteOffset, body.length));
  return typeof appinfo === 'object' ? appinfo : {};
}

function toJson(entry: AppBody): string {
  return JSON.stringify({ appinfo: parseBody(entry) });
}
