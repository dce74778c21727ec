import { connectDatabase, findDatabaseHindrance } from '@pics/database';
import { openQueues } from '@pics/queue';
import { runService } from '@pics/service';
import { createBoard } from './create-board.ts';
import { defaultPort, findHost, required } from './config.ts';

await runService({
  name: 'board',
  port: defaultPort,
  required,
  findHost,
  start: async ({ settings, log, onClose, onReadiness, answerOtherPaths }) => {
    const database = connectDatabase(settings.DATABASE_URL, {
      applicationName: 'pics-board',
      maxConnections: 4,
    });
    onClose('database', () => database.destroy());
    const queues = openQueues(settings.REDIS_URL, (err) => log.warn({ err }, 'redis connection'));
    onClose('queues', () => queues.close());

    answerOtherPaths(createBoard({ queues, settings }));
    onReadiness(() => findDatabaseHindrance(database));
  },
});
