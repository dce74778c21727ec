import { runService } from '@pics/service';
import { defaultPort, required } from './config.ts';
import { startProducer } from './start-producer.ts';

export const run = () => runService({ name: 'producer', port: defaultPort, required, start: startProducer });
