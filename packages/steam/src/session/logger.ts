type Log = (fields: object, message: string) => void;

/** Where the client tells what happens to it; a pino logger is one. */
export interface SteamLogger {
  info: Log;
  warn: Log;
  debug: Log;
}
