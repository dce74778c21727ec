/**
 * The process's environment, as a plain copy, with empty variables left out: an empty line in an `.env` file or a compose
 * file means "not set". The one place that reads `process.env`.
 */
export function environment(): Record<string, string> {
  const set = Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]?.trim());
  return Object.fromEntries(set);
}
