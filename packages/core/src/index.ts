export * from './app-columns.ts';
export * from './app-record.ts';
export * from './errors.ts';
export * from './fetched-apps.ts';
export * from './flow.ts';
export * from './write-frame.ts';
export { appidSchema, LARGEST_INTEGER } from './whole-numbers.ts';
export * from './plain-text.ts';
export * from './keep-columns.ts';
