-- Scans compare change numbers (metadata only) over ids: to find apps, or to find what the feed has missed. A scan stands
-- here with its requests, so that it goes on where it was after any interruption.

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

comment on column pics_scans.known_only is 'asks for the ids in the ledger and a few above, instead of for every id';
comment on column pics_scans.next_appid is 'where the next request begins';
comment on column pics_scans.requests is 'requests settled';
comment on column pics_scans.seen is 'ids that Steam knows';
comment on column pics_scans.marked is 'apps that became wanted because Steam has them newer, or at all';
comment on column pics_scans.gone is 'apps that became wanted because Steam no longer knows them';
comment on column pics_scans.unanswered is 'ids given up after the last try; those of them that are known became wanted';

create table if not exists pics_scan_requests (
  id bigint generated always as identity primary key,
  scan_id integer not null references pics_scans (id) on delete cascade,
  first_appid integer not null,
  last_appid integer not null,
  appids integer[] not null,
  batch_id text,
  dispatched_at timestamptz,
  attempts integer not null default 0,
  settled_at timestamptz
);
create index if not exists pics_scan_requests_open on pics_scan_requests (scan_id) where settled_at is null;
create index if not exists pics_scan_requests_in_flight on pics_scan_requests (batch_id) where batch_id is not null;

comment on column pics_scan_requests.appids is 'the ids still to be answered; empty once settled';

alter table pics_scans enable row level security;
alter table pics_scan_requests enable row level security;
alter table if exists pics_migrations enable row level security;
alter table if exists pics_migrations_lock enable row level security;
