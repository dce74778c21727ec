-- The ledger: which apps are wanted up to which change number, and which are settled. It is the truth about work to do;
-- queues only carry it.
--
-- An app is pending, that is to be dispatched, while
--   failed_at is null and batch_id is null and wanted_change_number is not null
--   and (settled_change_number is null or settled_change_number < wanted_change_number)
-- and in flight while batch_id is not null.

create temporary table new_tables on commit drop as
select name from unnest(array['sync_status', 'pics_changes', 'pics_state']) as name where to_regclass(name) is null;

create table if not exists sync_status (appid integer primary key);
alter table sync_status
  add column if not exists last_pics_sync timestamptz,
  add column if not exists pics_change_number bigint,
  add column if not exists wanted_change_number bigint,
  add column if not exists settled_change_number bigint,
  add column if not exists batch_id text,
  add column if not exists dispatched_at timestamptz,
  add column if not exists attempts integer default 0,
  add column if not exists failed_at timestamptz,
  add column if not exists last_error text,
  add column if not exists not_before timestamptz;
update sync_status set attempts = 0 where attempts is null;
alter table sync_status alter column attempts set default 0, alter column attempts set not null;

comment on column sync_status.pics_change_number is 'change number of the newest answer that is stored';
comment on column sync_status.wanted_change_number is 'the app is to be fetched until it is settled up to this number';
comment on column sync_status.settled_change_number is 'what was wanted up to this number is done: written, unknown or restricted';
comment on column sync_status.batch_id is 'the batch that carries the app at the moment';
comment on column sync_status.attempts is 'answers that did not come or could not be used since it last settled';
comment on column sync_status.failed_at is 'since when it waits for a requeue, with the reason in last_error';
comment on column sync_status.not_before is 'it is not dispatched again before this time';

-- The feed speaks of apps that no row exists for yet, so the ledger points at nothing.
do $$
declare
  foreign_key record;
  required record;
begin
  for foreign_key in
    select conname from pg_constraint where contype = 'f' and conrelid = 'sync_status'::regclass and confrelid = 'apps'::regclass
  loop
    execute format('alter table sync_status drop constraint %I', foreign_key.conname);
    raise notice 'foreign key % of sync_status dropped: apps stand in the ledger before they are fetched', foreign_key.conname;
  end loop;
  for required in
    select attname from pg_attribute
    where attrelid = 'sync_status'::regclass and attnum > 0 and not attisdropped and attnotnull and not atthasdef
      and attidentity = '' and attname <> 'appid'
  loop
    execute format('alter table sync_status alter column %I drop not null', required.attname);
    raise notice 'sync_status.% may be NULL from now on', required.attname;
  end loop;
  if not exists (
    select from pg_index
    where indrelid = 'sync_status'::regclass and indisunique and indpred is null and indexprs is null
      and indnkeyatts = 1
      and indkey[0] = (select attnum from pg_attribute where attrelid = 'sync_status'::regclass and attname = 'appid')
  ) then
    create unique index on sync_status (appid);
  end if;
end $$;

-- Partial indexes: what is settled, nearly all of the ledger nearly always, stands in none of them.
create index if not exists sync_status_fresh on sync_status (wanted_change_number desc, appid)
  where failed_at is null and batch_id is null and wanted_change_number is not null
    and (settled_change_number is null or settled_change_number < wanted_change_number) and attempts = 0;
create index if not exists sync_status_retries on sync_status (coalesce(not_before, '-infinity'), appid)
  where failed_at is null and batch_id is null and wanted_change_number is not null
    and (settled_change_number is null or settled_change_number < wanted_change_number) and attempts > 0;
create index if not exists sync_status_newest_retries on sync_status (wanted_change_number desc, appid)
  where failed_at is null and batch_id is null and wanted_change_number is not null
    and (settled_change_number is null or settled_change_number < wanted_change_number) and attempts > 0;
create index if not exists sync_status_in_flight on sync_status (batch_id) where batch_id is not null;
create index if not exists sync_status_failed on sync_status (failed_at) where failed_at is not null;

-- Every change Steam announced, of apps and of packages.
create table if not exists pics_changes (
  change_number bigint not null,
  kind text not null check (kind in ('app', 'package')),
  id integer not null,
  needs_token boolean not null,
  seen_at timestamptz not null default now(),
  primary key (change_number, kind, id)
);
create index if not exists pics_changes_of_one on pics_changes (id, kind, change_number desc);

create table if not exists pics_state (
  id boolean primary key default true check (id),
  last_change_number bigint,
  backlog_change_number bigint not null default 0,
  updated_at timestamptz not null default now()
);
insert into pics_state default values on conflict do nothing;

comment on column pics_state.last_change_number is 'the cursor: the feed is recorded up to this change number';
comment on column pics_state.backlog_change_number is 'what is wanted above this number came from the live feed and goes first';

-- Counts the batches claimed; every other one prefers apps that were asked for before, so that neither they nor fresh
-- ones wait for ever.
create sequence if not exists pics_claims as bigint cycle;

-- Apps due for `pics`, the newest first, as the dispatcher would take them; an unknown source is an error rather than an
-- empty list that looks like "nothing to do". A function of this name that was there before stays as it is.
do $$
begin
  if not exists (
    select from pg_proc where proname = 'get_apps_for_sync' and pronamespace = current_schema()::regnamespace
  ) then
    create function get_apps_for_sync(p_source text, p_limit integer) returns table (appid integer)
    language plpgsql stable as $function$
    begin
      if p_source is distinct from 'pics' then
        raise exception 'unknown source %: only ''pics'' is synced here', coalesce(quote_literal(p_source), 'NULL');
      end if;
      return query
        select due.appid
        from (
          (
            select s.appid::integer, s.wanted_change_number as wanted
            from sync_status s
            where s.failed_at is null and s.batch_id is null and s.wanted_change_number is not null
              and (s.settled_change_number is null or s.settled_change_number < s.wanted_change_number)
              and s.attempts = 0
            order by s.wanted_change_number desc, s.appid
            limit p_limit
          ) union all (
            select s.appid::integer, s.wanted_change_number
            from sync_status s
            where s.failed_at is null and s.batch_id is null and s.wanted_change_number is not null
              and (s.settled_change_number is null or s.settled_change_number < s.wanted_change_number)
              and s.attempts > 0 and coalesce(s.not_before, '-infinity') <= now()
            order by s.wanted_change_number desc, s.appid
            limit p_limit
          )
        ) as due
        order by due.wanted desc, due.appid
        limit p_limit;
    end $function$;
  end if;
end $$;

do $$
declare
  new_table text;
begin
  for new_table in select name from new_tables loop
    execute format('alter table %I enable row level security', new_table);
  end loop;
end $$;

drop table new_tables;
