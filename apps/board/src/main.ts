import { startLean } from '@pics/service/start-lean';

await startLean(() => import('./service.ts'));
