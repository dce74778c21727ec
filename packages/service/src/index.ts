export { describeSettings, type SettingDescription } from './describe-settings.ts';
export { environment } from './environment.ts';
export type { Reason } from './health-server.ts';
export { createLogger, type Logger } from './logger.ts';
export { registerLedgerGauges, type LedgerReading } from './metrics/ledger-gauges.ts';
export { observeJobs, type JobAttempt } from './metrics/observe-jobs.ts';
export { observeSteam, type SteamTraffic } from './metrics/observe-steam.ts';
export { registerGauge } from './metrics/register-gauges.ts';
export { registerQueueGauges, type QueueReading } from './metrics/queue-gauges.ts';
export type { ProgressSource } from './progress-watch.ts';
export { repeat, type RepeatOptions } from './repeat.ts';
export { runService, type Service, type ServiceStatus } from './run-service.ts';
export {
  parseSettings,
  SettingsError,
  settingSchemas,
  type SettingName,
  type Settings,
  type SettingsWith,
} from './settings.ts';
export { NO_TRACING, type SpanAttributes, type SpanContext, type Tracing } from './tracing/tracing.ts';
export { Counter, Registry } from 'prom-client';
