import { describe, expect, test } from 'vitest';
import type { Simulator } from '@pics/simulator';
import { findFreePort, waitUntil } from '@pics/local';
import { startOtlpReceiver, type Span } from './support/otlp-receiver.ts';
import { startPipeline, type Pipeline } from './support/pipeline.ts';
import { startTestSimulator } from './support/simulator.ts';

/** Changes the name of an app on Steam and returns its change number when the row has changed. */
async function changeOneApp(simulator: Simulator, { database }: Pipeline): Promise<number> {
  const [{ appid } = { appid: 0 }] = simulator.apps();
  const text = `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n\t"common"\n\t{\n\t\t"name"\t\t"Traced"\n\t}\n}\n`;
  simulator.editApp(appid, { text: Buffer.from(text), missingToken: false, onlyPublic: false });
  const row = database.selectFrom('apps').select('name').where('appid', '=', appid);
  expect(await waitUntil(async () => (await row.executeTakeFirst())?.name === 'Traced', 20_000)).toBe(true);
  return simulator.currentChangeNumber;
}

/** The path from the root to a span, as "service: name". */
function pathOf(spans: readonly Span[], span: Span): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [...(parent ? pathOf(spans, parent) : []), `${span.service}: ${span.name}`];
}

/** Prints every OpenTelemetry module that a process loads, except the API, which prom-client depends on. */
const WATCH_MODULES = `
  import { registerHooks } from 'node:module';
  registerHooks({ resolve(specifier, context, next) {
    if (/opentelemetry\\/(?!api$)|bullmq-otel/.test(specifier)) process.stderr.write('loads ' + specifier + '\\n');
    return next(specifier, context);
  } });`;
const watchModules = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(WATCH_MODULES)}` };
const loadedBy = ({ services }: Pipeline) =>
  [services.producer, services.writer, ...services.fetchers]
    .flatMap(({ lines }) => lines)
    .filter((line) => line.startsWith('loads '));

describe('tracing', () => {
  test('connects the poll that announced a change, both queues and the committed rows in one trace', async () => {
    const receiver = await startOtlpReceiver();
    const simulator = await startTestSimulator({ apps: 50, seed: 3 });
    const pipeline = await startPipeline(simulator, {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment=test',
        ...watchModules,
      },
    });
    await pipeline.settled(30_000);
    const changeNumber = await changeOneApp(simulator, pipeline);
    expect(await pipeline.stop()).toEqual([0, 0, 0]);

    const { spans } = receiver;
    const written = spans.filter(
      ({ name, attributes }) => name === 'write batch' && attributes['changeNumber'] === changeNumber,
    );
    expect(written.map((span) => pathOf(spans, span))).toEqual([
      [
        'pics-producer: follow changes',
        'pics-producer: dispatch batch',
        'pics-producer: add pics-fetch.apps',
        'pics-fetcher: process pics-fetch',
        'pics-fetcher: add pics-write.apps',
        'pics-writer: process pics-write',
        'pics-writer: write batch',
      ],
    ]);
    const ofTrace = spans.filter(({ traceId }) => traceId === written[0]?.traceId);
    expect(ofTrace.map(({ name }) => name)).toContain('request product info');

    const logged = pipeline.services.writer.lines.find((line) =>
      line.includes(`"changeNumber":${changeNumber}`),
    );
    expect(logged).toContain(`"trace_id":"${written[0]?.traceId}"`);
    expect(loadedBy(pipeline)).not.toEqual([]);
  });

  test('records no spans for the housekeeping of the queues', async () => {
    const receiver = await startOtlpReceiver();
    const simulator = await startTestSimulator({ apps: 50, seed: 4 });
    const pipeline = await startPipeline(simulator, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
    await pipeline.settled(30_000);
    await pipeline.stop();
    const names = new Set(receiver.spans.map(({ name }) => name.replace(/\.(apps|scan|tokens)$/, '')));
    expect([...names].toSorted((a, b) => a.localeCompare(b))).toEqual([
      'add pics-fetch',
      'add pics-write',
      'dispatch batch',
      'follow changes',
      'process pics-fetch',
      'process pics-write',
      'record scan',
      'record tokens',
      'request access tokens',
      'request metadata',
      'request product info',
      'write batch',
    ]);
  });

  test('does not stop the work when the collector is unreachable, and logs that once', async () => {
    const simulator = await startTestSimulator({ apps: 50, seed: 5 });
    const unreachable = `http://127.0.0.1:${await findFreePort()}`;
    const pipeline = await startPipeline(simulator, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: unreachable, OTEL_EXPORTER_OTLP_TIMEOUT: '500' },
    });
    await pipeline.settled(30_000);
    await changeOneApp(simulator, pipeline);
    expect(await pipeline.stop()).toEqual([0, 0, 0]);
    const warnings = pipeline.services.writer.lines.filter((line) =>
      line.includes('spans cannot be exported'),
    );
    expect(warnings).toHaveLength(1);
  });
});

test('loads nothing of OpenTelemetry without a collector', async () => {
  const simulator = await startTestSimulator({ apps: 50, seed: 6 });
  const pipeline = await startPipeline(simulator, { env: watchModules });
  await pipeline.settled(30_000);
  await pipeline.stop();
  expect(loadedBy(pipeline)).toEqual([]);
  expect(pipeline.services.writer.lines.find((line) => line.includes('job done'))).not.toContain('trace_id');
});
