import { integers } from '../array-literals.ts';
import type { Bind } from '../prepared-statement.ts';
import { LINK_FAMILIES, type LinkFamily, type Links } from './link-families.ts';

/** The links of a stored app: one text per family, in the order of `LINK_FAMILIES`; see `formatLinks`. */
export type StoredLinks = readonly string[];

/** What stands between the texts of two families, and in none of them. */
const BETWEEN = ';';

const LINKS = LINK_FAMILIES.map(({ table, key, extra }) => {
  const link = extra ? `array[stored.${key}, stored.${extra.column}::integer]` : `stored.${key}`;
  return `array(select ${link} from ${table} as stored where stored.appid = apps.appid order by stored.${key})::text`;
});

/**
 * SQL for the links of those of these apps that are stored: a row per app and one text for all families, so that a batch of
 * apps in which little has changed costs little more than comparing texts.
 */
export function selectLinks<Input>(bind: Bind<Input>, appidsIn: (input: Input) => readonly number[]): string {
  return `
    select 'apps' as kind, appid as id, concat_ws('${BETWEEN}', ${LINKS.join(', ')}) as text
    from apps
    where appid = any (${bind((input) => integers(appidsIn(input)))}::integer[])`;
}

/** Takes the text of such a row apart. */
export function splitLinks(text: string): StoredLinks {
  return text.split(BETWEEN);
}

/** Links as Postgres writes them: `{id,id}`, or `{{id,extra},{id,extra}}`, in the order of the ids. */
export function formatLinks({ ids, extras }: Links): string {
  if (!extras) return `{${ids.toSorted((a, b) => a - b).join(',')}}`;
  const pairs = ids.map((id, index) => [id, extras[index]] as const).sort(([a], [b]) => a - b);
  return `{${pairs.map(([id, extra]) => `{${id},${extra}}`).join(',')}}`;
}

/** The links that Postgres wrote: what each says besides, by id. NULL becomes NaN, which equals nothing. */
export function parseLinks({ extra }: LinkFamily, text: string): Map<number, number | undefined> {
  const numbers = text.match(/\d+|NULL/g) ?? [];
  const links = new Map<number, number | undefined>();
  for (let index = 0; index < numbers.length; index += extra ? 2 : 1) {
    links.set(Number(numbers[index]), extra ? Number(numbers[index + 1]) : undefined);
  }
  return links;
}
