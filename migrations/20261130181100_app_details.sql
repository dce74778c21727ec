-- One row an app, for reading without joins. Each array is a subquery: one that is not selected costs nothing.
--
-- In existing tables a jsonb column may hold another shape until Steam's is written over it; that reads as an empty array.

do $$
begin
  if to_regclass('app_details') is not null
    and coalesce(obj_description(to_regclass('app_details'), 'pg_class'), '') not like 'One row for each app, with names%' then
    raise exception 'app_details exists and is not the view of this project: rename it';
  end if;
end $$;

create or replace view app_details as
select
  apps.appid,
  apps.name,
  apps.type::text as type,
  apps.release_state,
  apps.is_free,
  apps.steam_release_date,
  apps.original_release_date,
  array(
    select name from app_developers join developers on developers.id = developer_id
    where app_developers.appid = apps.appid order by name
  ) as developers,
  array(
    select name from app_publishers join publishers on publishers.id = publisher_id
    where app_publishers.appid = apps.appid order by name
  ) as publishers,
  array(
    select name from app_franchises join franchises on franchises.id = franchise_id
    where app_franchises.appid = apps.appid order by name
  ) as franchises,
  array(
    select coalesce(name, genre_id::text) from app_genres join steam_genres using (genre_id)
    where app_genres.appid = apps.appid order by is_primary desc nulls last, name, genre_id
  ) as genres,
  array(
    select coalesce(name, tag_id::text) from app_steam_tags join steam_tags using (tag_id)
    where app_steam_tags.appid = apps.appid order by rank, tag_id
  ) as tags,
  array(
    select coalesce(name, category_id::text) from app_categories join steam_categories using (category_id)
    where app_categories.appid = apps.appid order by name, category_id
  ) as categories,
  coalesce(string_to_array(apps.platforms, ','), '{}') as platforms,
  array(
    select key
    from jsonb_each(case when jsonb_typeof(apps.languages) = 'object' then apps.languages else '{}' end)
    where value @> '{"supported": true}' order by key
  ) as languages,
  array(
    select key
    from jsonb_each(case when jsonb_typeof(apps.languages) = 'object' then apps.languages else '{}' end)
    where value @> '{"full_audio": true}' order by key
  ) as audio_languages,
  array(
    select coalesce(name, id)
    from jsonb_array_elements_text(
        case when jsonb_typeof(apps.content_descriptors) = 'array' then apps.content_descriptors else '[]' end
      ) with ordinality as descriptors (id, place)
      left join steam_content_descriptors on descriptor_id::text = id
    order by place
  ) as content_descriptors,
  apps.controller_support,
  apps.pics_review_score,
  apps.pics_review_percentage,
  apps.metacritic_score,
  deck.status as deck_status,
  array(
    select coalesce(name, test ->> 'token')
    from jsonb_array_elements(
        case when jsonb_typeof(deck.tests) = 'array' then deck.tests else '[]' end
      ) with ordinality as tests (test, place)
      left join steam_deck_tests on token = test ->> 'token'
    order by place
  ) as deck_tests,
  apps.parent_appid,
  apps.homepage_url,
  apps.current_build_id,
  apps.last_content_update,
  apps.pics_access,
  apps.updated_at
from apps left join app_steam_deck as deck on deck.appid = apps.appid;

do $$
declare
  name text;
  description text;
  reader text;
begin
  for name, description in
    values
      ('type', 'Kind of app, in lower case: game, dlc, demo, application, tool, music, video, …'),
      ('developers', 'Names of the developers, alphabetically.'),
      ('publishers', 'Names of the publishers, alphabetically.'),
      ('franchises', 'Names of the franchises, alphabetically.'),
      ('genres', 'Names of the genres, the primary one first.'),
      ('tags', 'Names of the tags, the most popular first.'),
      ('categories', 'Names of the categories, alphabetically.'),
      ('platforms', 'Operating systems: windows, macos, linux.'),
      ('languages', 'Languages that are supported in any way, alphabetically, as Steam spells them: english, schinese, …'),
      ('audio_languages', 'Languages with full audio.'),
      ('content_descriptors', 'Names of the content descriptors.'),
      ('deck_status', 'Valve''s result for Steam Deck: unknown, unsupported, playable or verified. NULL when it was not tested.'),
      ('deck_tests', 'What Valve noted on Steam Deck, in the words of the store.')
  loop
    execute format('comment on column app_details.%I is %L', name, description);
  end loop;

  -- The others are columns of apps under the same name.
  for name, description in
    select attname, col_description('apps'::regclass, attnum) from pg_attribute
    where attrelid = 'apps'::regclass and attnum > 0 and not attisdropped
  loop
    if exists (
      select from pg_attribute
      where attrelid = 'app_details'::regclass and attname = name and col_description(attrelid, attnum) is null
    ) then
      execute format('comment on column app_details.%I is %L', name, description);
    end if;
  end loop;

  -- Whoever reads the view needs the rights, and passes the policies, of the tables. Before 15 it would show what its owner
  -- sees, so Supabase's roles of the Data API get no right to it there.
  if current_setting('server_version_num')::integer >= 150000 then
    alter view app_details set (security_invoker = true);
    return;
  end if;
  foreach reader in array array['anon', 'authenticated'] loop
    if exists (select from pg_roles where rolname = reader) then
      execute format('revoke all on app_details from %I', reader);
    end if;
  end loop;
end $$;

comment on view app_details is
  'One row for each app, with names instead of ids: what apps, its join tables and app_steam_deck hold of it. An id without a known name shows as the id; an array is never NULL. To search by a tag or another name, find the apps in the join table first: where appid in (select appid from app_steam_tags …).';
