/** Which installation this board steers, for a badge on every page: one look tells production from one's own machine. */
export interface Environment {
  label: string;
  level: 'quiet' | 'busy' | 'warn';
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Names the environment as its platform does (Railway), else after the host of the database; nothing else of the URL is
 * ever shown.
 */
export function describeEnvironment(
  databaseUrl: string,
  variables: Readonly<Record<string, string>>,
): Environment {
  const host = URL.parse(databaseUrl)?.hostname || 'localhost';
  const label = variables['RAILWAY_ENVIRONMENT_NAME'] ?? (LOOPBACK.test(host) ? 'this machine' : host);
  if (/prod/i.test(label)) return { label, level: 'warn' };
  return { label, level: label === 'this machine' ? 'quiet' : 'busy' };
}
