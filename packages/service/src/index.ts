export { describeSettings, type SettingDescription } from './describe-settings.ts';
export { environment } from './environment.ts';
export type { Reason } from './health-server.ts';
export { createLogger, type Logger } from './logger.ts';
export { observeJobs } from './observe-jobs.ts';
export { observeSteam, registerSteamSession, type SteamTraffic } from './observe-steam.ts';
export {
  registerLedgerGauges,
  registerQueueGauges,
  type LedgerReading,
  type QueueReading,
} from './pipeline-gauges.ts';
export type { ProgressSource } from './progress-watch.ts';
export { registerGauge } from './read-gauges.ts';
export { registerCounter } from './register-counter.ts';
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
export { NO_TRACING, type SpanAttributes, type SpanContext, type Tracing } from './tracing.ts';
export { Counter, Registry } from 'prom-client';
