-- When Steam last left packages out of the change feed. It concerns no app, so it starts no scan.

alter table pics_state add column if not exists packages_gap_at timestamptz;
comment on column pics_state.packages_gap_at is
  'When Steam last left packages out of the change feed; NULL when it never did. Packages are not stored, so nothing follows.';
