export { describeSettings, type SettingDescription } from './describe-settings.ts';
export { environment } from './environment.ts';
export type { Reason } from './health-server.ts';
export { createLogger, type Logger } from './logger.ts';
export type { ProgressSource } from './progress-watch.ts';
export { repeat, type RepeatOptions } from './repeat.ts';
export { runService, type Service, type Standing } from './run-service.ts';
export {
  parseSettings,
  SettingsError,
  settingSchemas,
  type SettingName,
  type Settings,
  type SettingsWith,
} from './settings.ts';
