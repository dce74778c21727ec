-- How an operator steers the fleet. It stands here and not in Redis, so that it survives whatever happens there.
alter table pics_state
  add column if not exists fetch_rate double precision check (fetch_rate > 0),
  add column if not exists paused_at timestamptz;

comment on column pics_state.fetch_rate is 'PICS requests a second of the whole fleet, set live; NULL: as FETCH_RATE_PER_SECOND says';
comment on column pics_state.paused_at is 'since when nothing is dispatched; NULL: not paused';

-- What the fleet got done, minute by minute, for plots. Old minutes are removed as new ones are added.
create table if not exists pics_throughput (
  minute timestamptz primary key,
  apps integer not null default 0,
  requests integer not null default 0
);

comment on column pics_throughput.apps is 'apps settled in this minute: written, unknown, restricted or failed';
comment on column pics_throughput.requests is 'PICS requests whose answers, or lack of one, were recorded in this minute';

alter table pics_throughput enable row level security;
