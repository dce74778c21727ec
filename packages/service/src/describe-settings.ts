import { SECRET, settingSchemas, type SettingName } from './settings.ts';

/** One setting as it stands, fit to be shown to anybody. */
export interface SettingDescription {
  name: SettingName;
  /** What counts; undefined when nothing is set and there is no default. A secret is not shown, of a URL only where it leads. */
  value: string | undefined;
  /** Where it comes from. */
  origin: 'environment' | 'default' | 'not set';
}

/**
 * Describes every setting there is, as the services would take it. A value that is not valid is shown as it was given:
 * what is wrong with it, `parseSettings` says.
 */
export function describeSettings(variables: Record<string, string>): SettingDescription[] {
  return Object.entries(settingSchemas).map(([key, schema]) => {
    const name = key as SettingName;
    const given = variables[name];
    if (given !== undefined) {
      return { name, value: SECRET.has(name) ? hideSecret(name, given) : given, origin: 'environment' };
    }
    const { data: byDefault } = schema.safeParse(undefined);
    const value = Array.isArray(byDefault) ? byDefault.join(',') : byDefault?.toString();
    return { name, value: value || undefined, origin: value ? 'default' : 'not set' };
  });
}

/** Of a URL its server, user and database; passwords may stand before the host or among the parameters. */
function hideSecret(name: SettingName, secret: string): string {
  const url = name.endsWith('_URL') ? URL.parse(secret) : null;
  if (!url?.host) return '(hidden)';
  const user = url.username || url.password ? `${url.username}:***@` : '';
  const sslMode = url.searchParams.get('sslmode');
  return `${url.protocol}//${user}${url.host}${url.pathname}${sslMode ? `?sslmode=${sslMode}` : ''}`;
}
