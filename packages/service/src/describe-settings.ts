import { SECRET, settingSchemas, type SettingName } from './settings.ts';

/** One setting, safe to show to anybody. */
export interface SettingDescription {
  name: SettingName;
  /** The effective value; undefined when there is none. Secrets are hidden; of a URL, its server, user and database remain. */
  value: string | undefined;
  /** Where the value comes from. */
  origin: 'environment' | 'default' | 'not set';
}

/**
 * Describes every setting as the services would read it. An invalid value is shown as given; `parseSettings` says what is
 * wrong with it.
 */
export function describeSettings(variables: Record<string, string>): SettingDescription[] {
  return Object.entries(settingSchemas).map(([key, schema]) => {
    const name = key as SettingName;
    const fromEnvironment = variables[name];
    if (fromEnvironment !== undefined) {
      return {
        name,
        value: SECRET.has(name) ? hideSecret(name, fromEnvironment) : fromEnvironment,
        origin: 'environment',
      };
    }
    const { data: byDefault } = schema.safeParse(undefined);
    const value = Array.isArray(byDefault) ? byDefault.join(',') : byDefault?.toString();
    return { name, value: value || undefined, origin: value ? 'default' : 'not set' };
  });
}

/**
 * A URL can carry a password before the host and in its parameters: only server, user, database and sslmode are kept. In an
 * invalid one the password may be anywhere.
 */
function hideSecret(name: SettingName, secret: string): string {
  const isValid = name.endsWith('_URL') && settingSchemas[name].safeParse(secret).success;
  const url = isValid ? URL.parse(secret) : null;
  if (!url?.host) return '(hidden)';
  const user = url.username || url.password ? `${url.username}:***@` : '';
  // The path of a webhook is its password.
  if (name === 'ALERT_WEBHOOK_URL') return `${url.origin}/***`;
  const sslMode = url.searchParams.get('sslmode');
  return `${url.protocol}//${user}${url.host}${url.pathname}${sslMode ? `?sslmode=${sslMode}` : ''}`;
}
