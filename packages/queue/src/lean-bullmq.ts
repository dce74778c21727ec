import './lazy-modules.ts';

/** BullMQ without the parser of cron expressions and all that it knows of calendars: nothing here repeats by the clock. */
export { Queue, UnrecoverableError, WaitingError, Worker, type Job, type Telemetry } from 'bullmq';
