-- What was requeued and when, so that the way of those apps can be followed; and the place of requeued apps behind live
-- changes.

alter table pics_app_ledger add column if not exists announced_change_number bigint;
alter table pics_package_ledger add column if not exists announced_change_number bigint;

create table if not exists pics_requeues (
  id integer primary key generated always as identity,
  requested_at timestamptz not null default now(),
  selection jsonb not null,
  appids integer[] not null
);
alter table pics_requeues enable row level security;

comment on column pics_app_ledger.announced_change_number is
  'The change number that the feed announced, when a requeue lowered wanted_change_number to go behind live changes; NULL otherwise. A response below it is stale.';
comment on column pics_package_ledger.announced_change_number is
  'The change number that the feed announced, when a requeue lowered wanted_change_number to go behind live changes; NULL otherwise. A response below it is stale.';
comment on table pics_requeues is 'The latest requeues: which apps were given fresh attempts, when and why.';
comment on column pics_requeues.id is 'Id.';
comment on column pics_requeues.requested_at is 'When the apps were requeued.';
comment on column pics_requeues.selection is 'How the apps were chosen, as the HTTP API takes it.';
comment on column pics_requeues.appids is 'The apps.';
