-- What changed in each app, the texts that were replaced, and every branch and build.

-- Events. Their partitions are months, so that those that are no longer kept are dropped and not deleted row by row.
--
-- Ids are in no order of commits: a transaction that takes its id first may commit last. A program that follows the events
-- goes by (transaction_id, id), and only up to transactions that can no longer commit:
--   where (transaction_id, id) > ($1, $2) and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
create sequence if not exists pics_events_id;
create table if not exists pics_events (
  id bigint not null default nextval('pics_events_id'),
  transaction_id xid8 not null default pg_current_xact_id(),
  at timestamptz not null default now(),
  change_number bigint,
  subject_id integer not null,
  type text not null,
  kind text not null,
  changes jsonb not null default '{}',
  primary key (transaction_id, id, at)
) partition by range (at);
alter sequence pics_events_id owned by pics_events.id;
create index if not exists pics_events_subject on pics_events (subject_id, at);
alter table pics_events enable row level security;

-- Adds the partitions of this month and the next two, in UTC, where they are missing. Services call it, whose user may not be
-- the owner of the tables: so it runs as the owner. It takes nothing from its caller, and does nothing the second time.
create or replace function pics_add_event_partitions() returns void
language plpgsql security definer set search_path from current as $$
declare
  month timestamp;
  partition text;
begin
  for step in 0..2 loop
    month := date_trunc('month', now() at time zone 'UTC') + make_interval(months => step);
    partition := 'pics_events_' || to_char(month, 'YYYY_MM');
    if to_regclass(partition) is null then
      execute format('create table if not exists %I partition of pics_events for values from (%L) to (%L)',
        partition, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
      execute format('alter table %I enable row level security', partition);
      execute format('comment on table %I is %L', partition, 'Events of one month; read pics_events instead.');
    end if;
  end loop;
end $$;
select pics_add_event_partitions();

comment on table pics_events is
  'What changed in apps: one row for each write that changed something, in the same transaction. Kept for EVENTS_RETENTION_DAYS, in partitions by month.';
comment on column pics_events.id is 'Ascending within a transaction; between transactions in no order of their commits.';
comment on column pics_events.transaction_id is
  'Transaction that wrote it. Follow (transaction_id, id) below pg_snapshot_xmin(pg_current_snapshot()), and miss none.';
comment on column pics_events.at is 'When it was written.';
comment on column pics_events.change_number is 'Change number of the response that showed it.';
comment on column pics_events.subject_id is 'The app, or the package.';
comment on column pics_events.type is
  'app.added, app.changed, app.removed, app.restored, or build.published when nothing but builds changed.';
comment on column pics_events.kind is 'app or package.';
comment on column pics_events.changes is
  'Object of what changed: {"old": …, "new": …} for columns of apps, for each language under languages, for deck and for branches.NAME; {"added": […], "removed": […]} for tags, genres, categories, developers, publishers, franchises and dlc.';

-- Older texts. Each is a delta against the next newer one, the newest against the document.
create table if not exists app_versions (
  appid integer not null,
  variant smallint not null default 0,
  change_number bigint not null,
  last_change_number bigint not null,
  seen_at timestamptz not null,
  size integer not null,
  encoding text not null check (encoding in ('zstd', 'zstd-delta')),
  sha1 bytea not null,
  body bytea not null,
  primary key (appid, change_number, variant)
);
alter table app_versions alter column sha1 set storage external, alter column body set storage external;
alter table app_versions enable row level security;

comment on table app_versions is
  'Texts of apps that a newer one has replaced, byte for byte: pics document APPID --change N prints one. The current text is in app_documents.';
comment on column app_versions.appid is 'The app.';
comment on column app_versions.variant is
  '0; more where Steam showed several texts under one change number, in the order in which they were seen.';
comment on column app_versions.change_number is 'Change number at which the text was first seen.';
comment on column app_versions.last_change_number is 'Change number at which it was last seen.';
comment on column app_versions.seen_at is 'When it was first seen.';
comment on column app_versions.size is 'Bytes of the text as Steam counts them, with a NUL at the end.';
comment on column app_versions.encoding is
  'zstd: the text compressed by itself; zstd-delta: compressed with the next newer text as its dictionary.';
comment on column app_versions.sha1 is 'SHA-1 of the text.';
comment on column app_versions.body is 'The text, compressed.';

-- Branches and builds.
create table if not exists app_branches (
  appid integer not null,
  branch text not null,
  build_id text,
  time_updated timestamptz,
  is_password_required boolean,
  description text,
  primary key (appid, branch)
);
alter table app_branches enable row level security;

comment on table app_branches is 'Every branch of each app as it is now.';
comment on column app_branches.appid is 'The app.';
comment on column app_branches.branch is 'Name of the branch; public is what everybody gets.';
comment on column app_branches.build_id is 'Its build. Text, because build ids are 64-bit without a sign.';
comment on column app_branches.time_updated is 'When it got that build.';
comment on column app_branches.is_password_required is 'Whether it opens with a password only.';
comment on column app_branches.description is 'What the developer says of it.';

create table if not exists app_builds (
  appid integer not null,
  branch text not null,
  build_id text not null,
  time_updated timestamptz,
  change_number bigint,
  first_seen_at timestamptz not null default now(),
  primary key (appid, branch, build_id)
);
alter table app_builds enable row level security;

comment on table app_builds is 'Every build of every branch that was ever seen here.';
comment on column app_builds.appid is 'The app.';
comment on column app_builds.branch is 'Name of the branch.';
comment on column app_builds.build_id is 'The build.';
comment on column app_builds.time_updated is 'When the branch got it, says Steam.';
comment on column app_builds.change_number is 'Change number of the response that showed it first.';
comment on column app_builds.first_seen_at is 'When it was first seen here.';

-- One row a field.
create or replace view app_history as
select
  subject_id as appid,
  change_number,
  at,
  field,
  nullif(old, 'null') as old,
  nullif(new, 'null') as new
from pics_events
  cross join lateral (
    select
      key as field,
      coalesce(value -> 'old', value -> 'removed') as old,
      coalesce(value -> 'new', value -> 'added') as new
    from jsonb_each(changes)
    where key <> 'languages'
    union all
    select 'languages.' || key, value -> 'old', value -> 'new'
    from jsonb_each(changes -> 'languages')
  ) as field
where kind = 'app';

comment on view app_history is 'What changed in apps, one row a field, from pics_events.';
comment on column app_history.appid is 'The app.';
comment on column app_history.change_number is 'Change number of the response that showed it.';
comment on column app_history.at is 'When it was written.';
comment on column app_history.field is
  'A column of apps; tags, genres, categories, developers, publishers, franchises, dlc; deck; languages.NAME; branches.NAME.';
comment on column app_history.old is 'The old value; of a list what was removed from it.';
comment on column app_history.new is 'The new value; of a list what was added to it.';

-- Whoever reads the view needs the rights, and passes the policies, of the tables. Before 15 it would show what its owner
-- sees, so Supabase's roles of the Data API get no right to it there.
do $$
declare
  reader text;
begin
  if current_setting('server_version_num')::integer >= 150000 then
    alter view app_history set (security_invoker = true);
    return;
  end if;
  foreach reader in array array['anon', 'authenticated'] loop
    if exists (select from pg_roles where rolname = reader) then
      execute format('revoke all on app_history from %I', reader);
    end if;
  end loop;
end $$;

do $$ begin
  if exists (select from app_documents) then
    raise notice 'app_branches and app_builds are empty until apps change: run pics extract to fill them from the stored documents';
  end if;
end $$;
