-- The ledger records which apps need fetching and up to which change number each is done. It is the truth about the work
-- to do; queues only carry it.
--
-- An app is pending (due to be dispatched) while
--   failed_at is null and batch_id is null and wanted_change_number is not null
--   and (settled_change_number is null or settled_change_number < wanted_change_number)
-- and in flight while batch_id is not null.

select set_config('pics.new_tables', array_to_string(array(
  select name from unnest(array[
    'pics_app_ledger', 'pics_package_ledger', 'pics_changes', 'pics_state', 'pics_throughput'
  ]) as name
  where to_regclass(name) is null
), ','), true);

-- The feed names ids that have no row in the catalogue yet, so the id references nothing.
create table if not exists pics_app_ledger (
  id integer primary key,
  wanted_change_number bigint,
  settled_change_number bigint,
  stored_change_number bigint,
  batch_id text,
  dispatched_at timestamptz,
  attempts integer not null default 0,
  stale_answers integer not null default 0,
  not_before timestamptz,
  failed_at timestamptz,
  last_error text,
  access_token text,
  token_asked_at timestamptz
);
create table if not exists pics_package_ledger (like pics_app_ledger including defaults including constraints);

-- Partial indexes: settled rows, nearly all of the ledger nearly always, are in none of them.
do $$
declare
  ledger text;
  pending constant text := 'failed_at is null and batch_id is null and wanted_change_number is not null
    and (settled_change_number is null or settled_change_number < wanted_change_number)';
begin
  foreach ledger in array array['pics_app_ledger', 'pics_package_ledger'] loop
    if not exists (select from pg_index where indrelid = ledger::regclass and indisprimary) then
      execute format('alter table %I add primary key (id)', ledger);
    end if;
    execute format('create index if not exists %I on %I (wanted_change_number desc, id)
      where %s and attempts + stale_answers = 0', ledger || '_fresh', ledger, pending);
    execute format('create index if not exists %I on %I (coalesce(not_before, ''-infinity''), id)
      where %s and attempts + stale_answers > 0', ledger || '_retries', ledger, pending);
    execute format('create index if not exists %I on %I (wanted_change_number desc, id)
      where %s and attempts + stale_answers > 0', ledger || '_newest_retries', ledger, pending);
    execute format('create index if not exists %I on %I (batch_id) where batch_id is not null',
      ledger || '_in_flight', ledger);
    execute format('create index if not exists %I on %I (failed_at) where failed_at is not null',
      ledger || '_failed', ledger);
  end loop;
end $$;

create table if not exists pics_changes (
  change_number bigint not null,
  kind text not null check (kind in ('app', 'package')),
  id integer not null,
  needs_token boolean not null,
  seen_at timestamptz not null default now(),
  primary key (change_number, kind, id)
);
create index if not exists pics_changes_of_one on pics_changes (id, kind, change_number desc);
-- Changes are inserted in the order of time, so the smallest kind of index finds those since a time.
create index if not exists pics_changes_seen_at on pics_changes using brin (seen_at) with (pages_per_range = 16);

create table if not exists pics_state (
  id boolean primary key default true check (id),
  last_change_number bigint,
  backlog_change_number bigint not null default 0,
  source text check (source in ('steam', 'simulator')),
  fetch_rate double precision check (fetch_rate > 0),
  paused_at timestamptz,
  updated_at timestamptz not null default now()
);
insert into pics_state default values on conflict do nothing;

-- Counts claimed batches. Every other claim prefers retries, so that neither retries nor fresh apps starve.
create sequence if not exists pics_claims as bigint cycle;

create table if not exists pics_throughput (
  minute timestamptz primary key,
  apps integer not null default 0,
  requests integer not null default 0
);

-- Apps due for `pics`, the newest first, in the order of the dispatcher. An unknown source is an error rather than an empty
-- list that looks like "nothing to do". An existing function of this name stays as it is.
do $$
begin
  if not exists (
    select from pg_proc where proname = 'get_apps_for_sync' and pg_function_is_visible(oid)
  ) then
    create function get_apps_for_sync(p_source text, p_limit integer) returns table (appid integer)
    language plpgsql stable as $function$
    begin
      if p_source is distinct from 'pics' then
        raise exception 'unknown source %: only ''pics'' is synced here', coalesce(quote_literal(p_source), 'NULL');
      end if;
      return query
        select due.id
        from (
          (
            select l.id, l.wanted_change_number as wanted
            from pics_app_ledger l
            where l.failed_at is null and l.batch_id is null and l.wanted_change_number is not null
              and (l.settled_change_number is null or l.settled_change_number < l.wanted_change_number)
              and l.attempts + l.stale_answers = 0 and coalesce(l.not_before, '-infinity') <= now()
            order by l.wanted_change_number desc, l.id
            limit p_limit
          ) union all (
            select l.id, l.wanted_change_number
            from pics_app_ledger l
            where l.failed_at is null and l.batch_id is null and l.wanted_change_number is not null
              and (l.settled_change_number is null or l.settled_change_number < l.wanted_change_number)
              and l.attempts + l.stale_answers > 0 and coalesce(l.not_before, '-infinity') <= now()
            order by l.wanted_change_number desc, l.id
            limit p_limit
          )
        ) as due
        order by due.wanted desc, due.id
        limit p_limit;
    end $function$;
  end if;
end $$;

do $$
declare
  new_table text;
begin
  foreach new_table in array string_to_array(current_setting('pics.new_tables'), ',') loop
    execute format('alter table %I enable row level security', new_table);
  end loop;
end $$;
