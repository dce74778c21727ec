-- A database may already hold tables of these names: somebody else's catalogue, with columns, constraints and policies of
-- its own. The migrations after this one add what is missing. What cannot work together (a column of another type, a view
-- instead of a table, a key of other columns) is refused here, before anything changes, with one sentence a fault.

do $$
declare
  faults text;
  deck record;
  refused text;
begin
  with expected (table_name, column_name, kind) as (
    values
      ('apps', 'appid', 'integer'), ('apps', 'name', 'text'), ('apps', 'type', 'text or enum'),
      ('apps', 'is_free', 'boolean'), ('apps', 'controller_support', 'text'),
      ('apps', 'pics_review_score', 'integer'), ('apps', 'pics_review_percentage', 'integer'),
      ('apps', 'metacritic_score', 'integer'), ('apps', 'metacritic_url', 'text'), ('apps', 'platforms', 'text'),
      ('apps', 'release_state', 'text'), ('apps', 'parent_appid', 'integer'), ('apps', 'homepage_url', 'text'),
      ('apps', 'app_state', 'text'), ('apps', 'last_content_update', 'timestamp'),
      ('apps', 'current_build_id', 'text'), ('apps', 'content_descriptors', 'jsonb'), ('apps', 'languages', 'jsonb'),
      ('apps', 'steam_release_date', 'timestamp'), ('apps', 'original_release_date', 'timestamp'),
      ('apps', 'pics_access', 'text'), ('apps', 'created_at', 'timestamp'), ('apps', 'updated_at', 'timestamp'),
      ('steam_tags', 'tag_id', 'integer'), ('steam_tags', 'name', 'text'),
      ('steam_genres', 'genre_id', 'integer'), ('steam_genres', 'name', 'text'),
      ('steam_categories', 'category_id', 'integer'), ('steam_categories', 'name', 'text'),
      ('franchises', 'id', 'integer'), ('franchises', 'name', 'text'),
      ('developers', 'id', 'integer'), ('developers', 'name', 'text'),
      ('publishers', 'id', 'integer'), ('publishers', 'name', 'text'),
      ('app_steam_tags', 'appid', 'integer'), ('app_steam_tags', 'tag_id', 'integer'),
      ('app_steam_tags', 'rank', 'integer'),
      ('app_genres', 'appid', 'integer'), ('app_genres', 'genre_id', 'integer'),
      ('app_genres', 'is_primary', 'boolean'),
      ('app_categories', 'appid', 'integer'), ('app_categories', 'category_id', 'integer'),
      ('app_franchises', 'appid', 'integer'), ('app_franchises', 'franchise_id', 'integer'),
      ('app_developers', 'appid', 'integer'), ('app_developers', 'developer_id', 'integer'),
      ('app_publishers', 'appid', 'integer'), ('app_publishers', 'publisher_id', 'integer'),
      ('app_dlc', 'appid', 'integer'), ('app_dlc', 'dlc_appid', 'integer'),
      ('app_steam_deck', 'appid', 'integer'), ('app_steam_deck', 'category', 'number, word or enum'),
      ('app_steam_deck', 'status', 'text'), ('app_steam_deck', 'test_timestamp', 'timestamp'),
      ('app_steam_deck', 'tested_build_id', 'text'), ('app_steam_deck', 'steamos_compatibility', 'integer'),
      ('app_steam_deck', 'tests', 'jsonb'), ('app_steam_deck', 'configuration', 'jsonb'),
      ('sync_status', 'appid', 'integer'), ('sync_status', 'last_pics_sync', 'timestamp'),
      ('sync_status', 'pics_change_number', 'integer')
  ),
  present as (
    select distinct table_name, to_regclass(table_name) as relation from expected where to_regclass(table_name) is not null
  ),
  found (sentence) as (
    select format('%s exists and is not a table: rename it', table_name)
    from present join pg_class on pg_class.oid = relation
    where relkind not in ('r', 'p')
    union all
    select format('%s.%s is of type %s, where %s is needed: convert or rename that column',
      table_name, column_name, format_type(atttypid, atttypmod), kind)
    from expected
      join present using (table_name)
      join pg_attribute on attrelid = relation and attname = column_name and not attisdropped
      join pg_type on pg_type.oid = atttypid
    where not case kind
      when 'integer' then typname in ('int2', 'int4', 'int8')
      when 'text' then typname in ('text', 'varchar')
      when 'text or enum' then typname in ('text', 'varchar') or typtype = 'e'
      when 'number, word or enum' then typname in ('int2', 'int4', 'int8', 'text', 'varchar')
        or exists (select from pg_enum where enumtypid = pg_type.oid and enumlabel = 'verified')
      when 'boolean' then typname = 'bool'
      when 'timestamp' then typname in ('timestamptz', 'timestamp')
      when 'jsonb' then typname = 'jsonb'
    end
    union all
    select format('%s.%s belongs to the primary key and is not filled here: rename that table', table_name, attname)
    from present
      join pg_index on indrelid = relation and indisprimary
      join pg_attribute on attrelid = relation and attnum = any (indkey)
    where not atthasdef and attidentity = ''
      and not exists (select from expected e where e.table_name = present.table_name and e.column_name = attname)
      -- The next migration adds appid beside it.
      and (present.table_name, attname) <> ('app_dlc', 'parent_appid')
    union all
    select format('sync_status.%s is required and is not filled here: give it a default', attname)
    from pg_attribute
    where attrelid = to_regclass('sync_status') and attnum > 0 and not attisdropped and attnotnull and not atthasdef
      and attidentity = '' and attname <> 'appid'
  )
  select string_agg(sentence, '; ' order by sentence) into faults from found;

  -- A constraint on app_steam_deck.category that refuses what is written there would fail every app that has a category.
  for deck in
    select conname, pg_get_expr(conbin, conrelid) as condition, atttypid::regtype as type,
      case when typname in ('int2', 'int4', 'int8') then array['0', '1', '2', '3']
        else array['unknown', 'unsupported', 'playable', 'verified'] end as categories
    from pg_attribute
      join pg_type on pg_type.oid = atttypid
      join pg_constraint on conrelid = attrelid and contype = 'c' and conkey = array[attnum]
    where attrelid = to_regclass('app_steam_deck') and attname = 'category' and not attisdropped and typtype <> 'e'
  loop
    execute format(
      'select string_agg(word, '', '') from (select word, word::%s as category from unnest(%L::text[]) as word) as app_steam_deck
       where not (%s)',
      deck.type, deck.categories, deck.condition) into refused;
    if refused is not null then
      faults := concat_ws('; ', faults, format('constraint %I of app_steam_deck refuses %s: drop it, or let it in',
        deck.conname, refused));
    end if;
  end loop;

  if faults is not null then
    raise exception 'the existing tables do not fit, nothing was changed: %', faults;
  end if;
end $$;
