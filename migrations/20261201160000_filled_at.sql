-- Since when every app that was found has been stored once. Until then an app that is stored for the first time is no news:
-- a discovery finishes long before the apps that it found are fetched.

alter table pics_state add column if not exists filled_at timestamptz;
comment on column pics_state.filled_at is
  'When every app that the first discovery had found was done. Before that an app that is stored for the first time makes no event.';
