-- Finding apps by name. pics_app_search has one narrow row for each app: its name as plain words, and what decides the order
-- of results.
--
-- For an existing catalogue this comes before everything that locks its tables: for 300,000 apps it takes 9 s, nine tenths of
-- the whole migration, and others can read and write apps meanwhile.

create or replace function pics_search_words(name text) returns text
language plpgsql immutable strict parallel safe
as $function$
declare
  -- ASCII but letters and digits, Latin-1 signs, general punctuation to symbols, CJK punctuation, variation selectors, emoji.
  punctuation constant text :=
    '[!-/:-@[-`{-~\u0080-\u00bf\u00d7\u00f7\u2000-\u2bff\u3000-\u3004\u3008-\u3020\u30fb\ufe00-\ufe6f\U0001f000-\U0001faff]+';
  plain text := replace(name, '''', '');
  spaced text;
  joined text;
begin
  if octet_length(name) > length(name) then
    -- Apostrophes and the signs of trademarks go. NFKD takes letters and accents apart, and the accents go; wide, small and
    -- raised forms become ordinary letters.
    plain := translate(plain, E'\u00b4\u2018\u2019\u02bc\u2122\u00ae\u00a9\u2120', '');
    plain := regexp_replace(normalize(plain, NFKD), '[\u0300-\u036f]+', '', 'g');
    plain := lower(translate(plain, E'\u00d8\u00f8\u0141\u0142\u0110\u0111\u0131', 'OoLlDdi'));
    plain := replace(replace(replace(plain, E'\u00df', 'ss'), E'\u00e6', 'ae'), E'\u0153', 'oe');
    plain := normalize(plain, NFC);
  end if;
  plain := replace(lower(plain), '&', ' and ');
  spaced := btrim(regexp_replace(regexp_replace(plain, punctuation, ' ', 'g'), '\s+', ' ', 'g'));
  joined := btrim(regexp_replace(regexp_replace(plain, punctuation, '', 'g'), '\s+', ' ', 'g'));
  if spaced = '' then
    return ' ' || lower(btrim(name)) || ' ';
  end if;
  return ' ' || spaced || case when joined = spaced then '' else ' | ' || joined end || ' ';
end $function$;
comment on function pics_search_words is
  'The words of a name as people type them, between spaces: in lower case, without accents, apostrophes, punctuation and trademark signs; ß is ss, & is and. Words that punctuation joins follow once more after a bar, as one: Half-Life 2 is '' half life 2 | halflife 2 ''.';

create or replace function pics_prominence(type text, review_score integer, metacritic_score integer) returns smallint
language sql immutable parallel safe
return (
  case when type = 'game' then 10 else 0 end
  + case when review_score in (1, 9) then 3 when review_score in (2, 8) then 2 when review_score is not null then 1 else 0 end
  + case when metacritic_score is not null then 2 else 0 end
)::smallint;
comment on function pics_prominence is
  'How early an app comes among others: 10 more for games; 3 for 500 reviews or more, 2 for 50, 1 for 10, as far as the review score tells (Steam gives 9 and 1 from 500 reviews on, 8 and 2 from 50 on); 2 more for a Metacritic score.';

create table if not exists pics_app_search (
  appid integer primary key,
  name text,
  type text,
  prominence smallint not null,
  words text
);
alter table pics_app_search enable row level security;

comment on table pics_app_search is
  'For searching and listing apps: one row for each row of apps, kept by triggers on it. Narrow, so that reading many rows is quick.';
comment on column pics_app_search.appid is 'The app.';
comment on column pics_app_search.name is 'As in apps.';
comment on column pics_app_search.type is 'As in apps.';
comment on column pics_app_search.prominence is 'Order of results, the highest first: see the function pics_prominence.';
comment on column pics_app_search.words is 'The name as plain words: see the function pics_search_words.';

do $$
begin
  create extension if not exists pg_trgm;
exception when others then
  raise notice 'pg_trgm is not available (%): searching apps by name reads every name', sqlerrm;
end $$;

-- Columns may be missing. What others change meanwhile is found once there are triggers.
do $$
begin
  if to_regclass('apps') is not null then
    insert into pics_app_search (appid, name, type, prominence, words)
    select (app ->> 'appid')::integer, app ->> 'name', app ->> 'type',
      pics_prominence(app ->> 'type', (app ->> 'pics_review_score')::integer, (app ->> 'metacritic_score')::integer),
      pics_search_words(app ->> 'name')
    from apps cross join lateral to_jsonb(apps) as app
    where app ->> 'appid' is not null
    on conflict do nothing;
  end if;
end $$;

-- With pg_trgm, which ships with Postgres, a part of a name is found in milliseconds. Without it each search reads all rows.
-- Each search also reads what the index has not sorted in yet. 1 MB of that takes 1 ms, and a new app then costs its writer
-- 20 µs more; with 256 kB it is 45 µs.
do $$
declare
  operators text;
begin
  select format('%I.gin_trgm_ops', nspname) into operators
  from pg_opclass join pg_namespace on pg_namespace.oid = opcnamespace
  where opcname = 'gin_trgm_ops';
  if operators is not null then
    execute format(
      'create index if not exists pics_app_search_words on pics_app_search using gin (words %s)
         with (gin_pending_list_limit = 1024)',
      operators);
  end if;
end $$;
