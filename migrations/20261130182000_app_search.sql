-- Triggers on apps keep pics_app_search, so it is right whoever writes there.

-- Writes only the rows that differ: most changes of an app concern none of these columns, and the words of a name cost 15 µs.
create or replace function pics_update_app_search() returns trigger
language plpgsql security definer
as $function$
begin
  insert into pics_app_search (appid, name, type, prominence, words)
  select appid, changed.name, changed.type::text,
    pics_prominence(changed.type::text, pics_review_score::integer, metacritic_score::integer),
    pics_search_words(changed.name)
  from changed left join pics_app_search as stored using (appid)
  where stored.appid is null
    or (stored.name, stored.type, stored.prominence) is distinct from (
      changed.name, changed.type::text,
      pics_prominence(changed.type::text, pics_review_score::integer, metacritic_score::integer)
    )
  on conflict (appid) do update
  set name = excluded.name, type = excluded.type, prominence = excluded.prominence, words = excluded.words;
  return null;
end $function$;

-- As its owner, because other writers of apps have no rights to pics_app_search; so it names its schema.
do $$
begin
  execute format('alter function pics_update_app_search() set search_path = %I, pg_temp', current_schema);
end $$;

create or replace function pics_refresh_app_search() returns void
language sql
as $function$
  insert into pics_app_search (appid, name, type, prominence, words)
  select appid, apps.name, apps.type::text,
    pics_prominence(apps.type::text, pics_review_score::integer, metacritic_score::integer),
    pics_search_words(apps.name)
  from apps left join pics_app_search as stored using (appid)
  where stored.appid is null
    or (stored.name, stored.type, stored.prominence) is distinct from (
      apps.name, apps.type::text,
      pics_prominence(apps.type::text, pics_review_score::integer, metacritic_score::integer)
    )
  on conflict (appid) do update
  set name = excluded.name, type = excluded.type, prominence = excluded.prominence, words = excluded.words
$function$;
comment on function pics_refresh_app_search is
  'Brings pics_app_search up to date after apps was written with its triggers disabled.';

-- Takes no lock on apps, for it takes seconds. What other writers change meanwhile follows once there are triggers.
select pics_refresh_app_search();

create index if not exists pics_app_search_prominence on pics_app_search (prominence, appid);

do $$
begin
  if not exists (select from pg_constraint where contype = 'f' and conrelid = 'pics_app_search'::regclass) then
    alter table pics_app_search add foreign key (appid) references apps (appid) on delete cascade on update cascade;
  end if;
end $$;
create or replace trigger pics_app_search_insert after insert on apps
  referencing new table as changed for each statement execute function pics_update_app_search();
create or replace trigger pics_app_search_update after update on apps
  referencing new table as changed for each statement execute function pics_update_app_search();

select pics_refresh_app_search();

-- Lists of apps by their Deck status.
do $$
begin
  if not exists (
    select from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
    where indrelid = 'app_steam_deck'::regclass and attname = 'status' and indpred is null
  ) then
    create index on app_steam_deck (status, appid);
  end if;
end $$;
