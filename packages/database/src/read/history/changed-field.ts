import type { Changes } from '@pics/core';
import { sql, type RawBuilder } from 'kysely';

/** Whether an event changed this field: one of `isChangeField`. */
export function changed(field: string): RawBuilder<boolean> {
  if (field === 'branches')
    return sql`exists (select from jsonb_object_keys(changes) as key where starts_with(key, 'branches.'))`;
  const language = languageOf(field);
  return language === undefined ? sql`changes ? ${field}` : sql`changes -> 'languages' ? ${language}`;
}

/** The changes without those of other fields. */
export function narrowTo(changes: Changes, field: string): Changes {
  const language = languageOf(field);
  if (language !== undefined) {
    const languages = Object.entries(changes['languages'] ?? {});
    return { languages: Object.fromEntries(languages.filter(([name]) => name === language)) };
  }
  return Object.fromEntries(
    Object.entries(changes).filter(
      ([name]) => name === field || (field === 'branches' && name.startsWith('branches.')),
    ),
  );
}

function languageOf(field: string): string | undefined {
  return /^languages\.(.+)$/s.exec(field)?.[1];
}
