import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasRecordedPics, RECORDED_PICS } from '../testing/recorded-pics.ts';
import { decodeEnvelope, encodeEnvelope, NO_JOB } from './envelope.ts';
import { messages } from './messages.ts';

describe('an envelope', () => {
  test('is decoded as it was encoded, even with job ids above 2^53', () => {
    const header = {
      steamid: '117093594606600193',
      client_sessionid: -7,
      jobid_source: '18446744073709551614',
    };
    const message = encodeEnvelope(8_901, header, [Buffer.from('bo'), Buffer.from('dy')]);
    expect(decodeEnvelope(message)).toEqual({ emsg: 8_901, header, body: Buffer.from('body') });
  });

  test('leaves the job id out when there is none, as clients expect', () => {
    expect(decodeEnvelope(encodeEnvelope(1, {}, [])).header).toEqual({});
    expect(NO_JOB).toBe(String(2n ** 64n - 1n));
  });
});

describe('an access token', () => {
  test('keeps all of its 64 bits', () => {
    const request = { apps: [{ appid: 10, access_token: '18446744073709551613' }] };
    expect(messages.productInfoRequest.decode(messages.productInfoRequest.encode(request))).toEqual(request);
  });
});

describe.skipIf(!hasRecordedPics)('a product info response recorded from Steam', () => {
  test.each([
    [
      '001_in_8904_k_EMsgClientPICSProductInfoResponse_app480_metadata.bin',
      ['apps', 'meta_data_only', 'response_pending', 'http_min_size', 'http_host'],
    ],
    [
      '002_in_8904_k_EMsgClientPICSProductInfoResponse_app480.bin',
      ['apps', 'meta_data_only', 'response_pending'],
    ],
    [
      '003_in_8904_k_EMsgClientPICSProductInfoResponse_sub0.bin',
      ['packages', 'meta_data_only', 'response_pending'],
    ],
  ])('is decoded completely and encoded to the same length (%s)', (file, fields) => {
    const recorded = readFileSync(path.join(RECORDED_PICS, 'wire', file));
    const { emsg, header, body } = decodeEnvelope(recorded);
    expect(emsg).toBe(8_904);
    const response = messages.productInfoResponse.decode(body);
    expect(Object.keys(response).toSorted()).toEqual(fields.toSorted());
    // Steam writes some fields in another order than their numbers; nothing is lost when the length is the same.
    expect(encodeEnvelope(emsg, header, [messages.productInfoResponse.encode(response)])).toHaveLength(
      recorded.length,
    );
  });
});
