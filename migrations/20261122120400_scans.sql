-- Scans compare change numbers (metadata only) over a range of ids: to find apps, or to find what the feed has missed.
-- A scan stands here with all its requests, so that it goes on where it was after any interruption.

create table if not exists pics_scans (
  id integer generated always as identity primary key,
  reason text not null check (reason in ('discovery', 'gap', 'sweep')),
  known_only boolean not null,
  request_size integer not null check (request_size > 0),
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  requests integer not null default 0,
  seen integer not null default 0,
  marked integer not null default 0,
  gone integer not null default 0,
  unanswered integer not null default 0
);
create unique index if not exists pics_scans_unfinished on pics_scans (reason) where finished_at is null;

comment on column pics_scans.requests is 'requests answered';
comment on column pics_scans.seen is 'ids that Steam knows';
comment on column pics_scans.marked is 'apps that became wanted because Steam has them newer';
comment on column pics_scans.gone is 'apps that became wanted because Steam no longer knows them';
comment on column pics_scans.unanswered is 'ids given up after the last try';

create table if not exists pics_scan_requests (
  scan_id integer not null references pics_scans (id) on delete cascade,
  first_appid integer not null,
  last_appid integer not null check (last_appid >= first_appid),
  batch_id text,
  dispatched_at timestamptz,
  attempts integer not null default 0,
  settled_at timestamptz,
  primary key (scan_id, first_appid)
);
create index if not exists pics_scan_requests_open on pics_scan_requests (scan_id, first_appid)
  where settled_at is null and batch_id is null;
create index if not exists pics_scan_requests_in_flight on pics_scan_requests (batch_id) where batch_id is not null;

alter table pics_scans enable row level security;
alter table pics_scan_requests enable row level security;
alter table if exists pics_migrations enable row level security;
alter table if exists pics_migrations_lock enable row level security;
