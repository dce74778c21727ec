import type { LanguageSupport } from '@pics/core';
import type { Entry } from '../keyvalues/select-key-values.ts';
import type { Common } from './app-info.ts';
import { toFlag, toText } from './column-values.ts';

type Languages = Record<string, LanguageSupport>;

/**
 * The store's table, `common.supported_languages.{language} {supported, full_audio, subtitles}`, where what is false is
 * absent. When it names no language, the languages of the depots, `common.languages.{language}`, which only say that a
 * language is supported. Null when neither names any.
 *
 * Languages are keys in Steam's text: they come in lower case, and the first of equal ones counts.
 */
export function extractLanguages(
  store: Common['supported_languages'],
  depots: Common['languages'],
): Languages | null {
  return (
    byLanguage(store, ({ supported, full_audio, subtitles }) => ({
      supported: toFlag(supported),
      full_audio: toFlag(full_audio),
      subtitles: toFlag(subtitles),
    })) ??
    byLanguage(depots, (flag) =>
      toFlag(flag) ? { supported: true, full_audio: false, subtitles: false } : undefined,
    )
  );
}

function byLanguage<Value>(
  list: readonly Entry<Value>[] | undefined,
  supportOf: (value: Value) => LanguageSupport | undefined,
): Languages | null {
  const languages: Languages = {};
  const seen = new Set<string>();
  for (const { key, value } of list ?? []) {
    const language = toText(key, 'language')?.toLowerCase();
    // JSON parsers drop this key, because it could replace the object's prototype.
    if (language === undefined || language === '__proto__' || seen.has(language)) continue;
    seen.add(language);
    const support = supportOf(value);
    if (support) languages[language] = support;
  }
  return Object.keys(languages).length === 0 ? null : languages;
}
