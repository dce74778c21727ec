-- A scan compares change numbers (metadata only) over a range of ids, to find apps or to find what the feed has missed.
-- A scan and its requests are recorded here, so that it continues where it was after any interruption.

create table if not exists pics_scans (
  id integer generated always as identity primary key,
  reason text not null check (reason in ('discovery', 'gap', 'sweep')),
  known_only boolean not null,
  next_appid bigint not null default 0,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  requests integer not null default 0,
  seen integer not null default 0,
  marked integer not null default 0,
  gone integer not null default 0,
  unanswered integer not null default 0
);
create unique index if not exists pics_scans_unfinished on pics_scans (reason) where finished_at is null;

create table if not exists pics_scan_requests (
  id bigint generated always as identity primary key,
  scan_id integer not null references pics_scans (id) on delete cascade,
  appids integer[] not null,
  batch_id text,
  attempts integer not null default 0,
  settled_at timestamptz
);
create index if not exists pics_scan_requests_open on pics_scan_requests (scan_id) where settled_at is null;
create index if not exists pics_scan_requests_in_flight on pics_scan_requests (batch_id) where batch_id is not null;

alter table pics_scans enable row level security;
alter table pics_scan_requests enable row level security;
alter table if exists pics_migrations enable row level security;
alter table if exists pics_migrations_lock enable row level security;
