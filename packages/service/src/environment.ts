/**
 * A plain copy of the environment of the process, without empty variables: an empty line in an `.env` or compose file means
 * "not set". Only this function reads `process.env`.
 */
export function environment(): Record<string, string> {
  const set = Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]?.trim());
  return Object.fromEntries(set);
}
