import { runService } from '@pics/service';
import { defaultPort, required } from './config.ts';
import { startProducer } from './start-producer.ts';

await runService({ name: 'producer', port: defaultPort, required, start: startProducer });
