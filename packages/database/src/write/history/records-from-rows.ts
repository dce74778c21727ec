import type { AppRecord, DeckReport, LanguageSupport } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../schema.ts';

/** The rows of one app. */
interface StoredRow {
  appid: number;
  changeNumber: number | null;
  access: string;
  common: Omit<NonNullable<AppRecord['common']>, 'languages' | 'deck' | 'franchises'>;
  languages: Record<string, LanguageSupport> | null;
  extended: NonNullable<AppRecord['extended']>;
  depots: NonNullable<AppRecord['depots']>;
  deck: DeckReport | null;
  developers: string[];
  publishers: string[];
  franchises: string[];
}

/**
 * Reads the records of these apps from their rows, for apps whose text is not stored. A record lacks what was not yet extracted
 * when the rows were written.
 */
export async function readRecordsFromRows(
  trx: Transaction<Schema>,
  apps: readonly { appid: number }[],
): Promise<AppRecord[]> {
  if (apps.length === 0) return [];
  const { rows } = await sql<StoredRow>`
    select apps.appid, stored_change_number as change_number, pics_access as access,
      jsonb_build_object(
        'name', name, 'type', type::text, 'controllerSupport', controller_support, 'reviewScore', pics_review_score,
        'reviewPercentage', pics_review_percentage, 'metacriticScore', metacritic_score, 'metacriticUrl', metacritic_url,
        'platforms', platforms, 'releaseState', release_state, 'parentAppid', parent_appid,
        'contentDescriptors', content_descriptors,
        'steamReleaseDate', ${unixSeconds('steam_release_date')}, 'originalReleaseDate', ${unixSeconds('original_release_date')},
        'tagIds', array(select tag_id from app_steam_tags tags where tags.appid = apps.appid order by rank),
        'genreIds', array(select genre_id from app_genres genres where genres.appid = apps.appid order by 1),
        'primaryGenreId', (select genre_id from app_genres genres where genres.appid = apps.appid and is_primary limit 1),
        'categoryIds', array(select category_id from app_categories own where own.appid = apps.appid order by 1)
      ) as common,
      case when jsonb_typeof(languages) = 'object' then languages end as languages,
      jsonb_build_object(
        'isFree', is_free, 'homepageUrl', homepage_url, 'appState', app_state,
        'dlcAppids', array(select dlc_appid from app_dlc dlc where dlc.appid = apps.appid order by 1)
      ) as extended,
      jsonb_build_object(
        'lastContentUpdate', ${unixSeconds('last_content_update')}, 'currentBuildId', current_build_id,
        'branches', (
          select jsonb_agg(jsonb_build_object(
            'name', branch, 'buildId', build_id, 'timeUpdated', ${unixSeconds('time_updated')},
            'isPasswordRequired', is_password_required, 'description', description
          ))
          from app_branches where app_branches.appid = apps.appid
        )
      ) as depots,
      (
        select jsonb_build_object(
          'category', array_position(array['unknown', 'unsupported', 'playable', 'verified'], status::text) - 1, 'testTimestamp', ${unixSeconds('test_timestamp')},
          'testedBuildId', tested_build_id, 'steamosCompatibility', steamos_compatibility, 'tests', tests,
          'configuration', configuration
        )
        from app_steam_deck deck where deck.appid = apps.appid
      ) as deck,
      ${names('developers', 'developer_id')}, ${names('publishers', 'publisher_id')}, ${names('franchises', 'franchise_id')}
    from apps left join pics_app_ledger on id = apps.appid
    where apps.appid = any (${apps.map(({ appid }) => appid)}::integer[])
  `.execute(trx);
  return rows.map(toRecord);
}

function toRecord({
  common,
  languages,
  deck,
  franchises,
  changeNumber,
  access,
  depots,
  ...row
}: StoredRow): AppRecord {
  const { branches, ...publicBranch } = depots;
  return {
    ...row,
    changeNumber: changeNumber ?? 0,
    access: access === 'public' ? 'public' : 'restricted',
    common: { ...common, languages, deck: deck && inOrder(deck), franchises },
    // An app without branches in the table may be one whose branches were never stored.
    depots: branches ? depots : publicBranch,
  };
}

/** Puts the keys of each test in the order of an extracted one, which jsonb does not keep. */
function inOrder(deck: DeckReport): DeckReport {
  return { ...deck, tests: deck.tests?.map(({ display, token }) => ({ display, token })) ?? null };
}

function unixSeconds(column: string) {
  return sql`extract(epoch from ${sql.ref(column)})::bigint`;
}

function names(table: 'developers' | 'publishers' | 'franchises', key: string) {
  return sql`array(
    select name from ${sql.table(`app_${table}`)} own join ${sql.table(table)} named on named.id = own.${sql.ref(key)}
    where own.appid = apps.appid order by name
  ) as ${sql.ref(table)}`;
}
