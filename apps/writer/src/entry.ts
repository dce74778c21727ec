import { diffRecords, extractStoredText, sectionsToJson } from '@pics/appinfo';
import { writeJobSchema } from '@pics/core';
import {
  addThroughput,
  connectDatabase,
  findDatabaseBlocker,
  findDictionaryBlocker,
  probeDatabase,
} from '@pics/database';
import { connectQueues, runWorker } from '@pics/queue';
import { runService } from '@pics/service';
import { defaultPort, required, WRITE_CONCURRENCY } from './config.ts';
import { createMetrics } from './metrics.ts';
import { startRecordingKeptColumns } from './record-kept-columns.ts';
import { keepAddingThroughput, ThroughputCounter } from './throughput-counter.ts';
import { writeJob } from './write-job.ts';

await runService({
  name: 'writer',
  port: defaultPort,
  required,
  start: async (service) => {
    const { settings, tracing, onClose, log } = service;
    const blocker = settings.DOCUMENTS === 'versions' ? findDictionaryBlocker() : undefined;
    if (blocker) throw new Error(`${blocker}, or DOCUMENTS=latest`);
    const database = connectDatabase(settings.DATABASE_URL, {
      applicationName: 'pics-writer',
      maxConnections: WRITE_CONCURRENCY + 1,
    });
    onClose('database', () => database.destroy());
    startRecordingKeptColumns(database, settings.KEEP_COLUMNS, service);

    const queues = await connectQueues(service);
    const throughput = new ThroughputCounter((done) => addThroughput(database, done));
    keepAddingThroughput(throughput, service);
    const metrics = createMetrics(service.metrics);
    const { KEEP_COLUMNS: keep, DOCUMENTS: documents, JSON_SECTIONS: sections } = settings;
    const options = {
      keep,
      documents,
      history: { diffRecords, toRecord: extractStoredText },
      ...(sections.length > 0 && { toSections: (text: Uint8Array) => sectionsToJson(text, sections) }),
    };
    runWorker(service, queues, {
      queue: queues.write,
      concurrency: WRITE_CONCURRENCY,
      schema: writeJobSchema,
      step: (job) => writeJob(job, { database, options, throughput, metrics, tracing, log }),
      findBlocker: () => findDatabaseBlocker(database),
      findOutage: () => probeDatabase(settings.DATABASE_URL),
      onAttempt: metrics.onAttempt,
      progress: { what: 'write' },
      getCounters: () => ({ apps: throughput.total.apps }),
    });
  },
});
