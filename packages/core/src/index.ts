export * from './app-record.ts';
export * from './errors.ts';
export * from './flow.ts';
