-- What the board has reported to ALERT_WEBHOOK_URL: kept here so that neither a restart nor a second board reports it again.

create table if not exists pics_alerts (
  name text primary key,
  headline text not null,
  detail text not null,
  since timestamptz not null default now(),
  gone_at timestamptz,
  claimed_at timestamptz,
  reported_at timestamptz
);
alter table pics_alerts enable row level security;

comment on table pics_alerts is
  'What is the matter with the pipeline, as far as it is reported to ALERT_WEBHOOK_URL. Empty without one, and when all is well.';
comment on column pics_alerts.name is 'Identifies the trouble, such as no-producer-running.';
comment on column pics_alerts.headline is 'The trouble in a few words.';
comment on column pics_alerts.detail is 'What else there is to say about it.';
comment on column pics_alerts.since is 'When a board first saw it.';
comment on column pics_alerts.gone_at is 'Since when it is over; NULL while it is not.';
comment on column pics_alerts.claimed_at is 'When a board last began to report it; a minute later another may try.';
comment on column pics_alerts.reported_at is 'When it was reported; NULL until then.';
