-- A scan of reason verify compares the SHA-1 of every stored document with the one that Steam announces.

do $$
begin
  if not exists (
    select from pg_constraint
    where conrelid = 'pics_scans'::regclass and conname = 'pics_scans_reason_check'
      and pg_get_constraintdef(oid) like '%verify%'
  ) then
    alter table pics_scans drop constraint if exists pics_scans_reason_check;
    alter table pics_scans add constraint pics_scans_reason_check
      check (reason in ('discovery', 'gap', 'sweep', 'verify'));
  end if;
end $$;

alter table pics_scans add column if not exists sample integer;
alter table pics_scans add column if not exists documents integer not null default 0;
alter table pics_scans add column if not exists verified integer not null default 0;
alter table pics_scans add column if not exists differing integer not null default 0;
alter table pics_scans add column if not exists damaged integer;

create table if not exists pics_scan_differences (
  scan_id integer not null references pics_scans (id) on delete cascade,
  appid integer not null,
  part text not null check (part in ('full', 'public')),
  change_number bigint not null,
  stored_sha1 bytea not null,
  announced_sha1 bytea,
  damage text,
  primary key (scan_id, appid, part)
);
alter table pics_scan_differences enable row level security;

comment on column pics_scans.reason is
  'discovery: find every app; gap: Steam left changes out of the feed; sweep: regular check; verify: pics verify, which compares the stored documents with Steam.';
comment on column pics_scans.sample is
  'How many apps, chosen at random, a verify scan looks at; NULL when it looks at all that have a document.';
comment on column pics_scans.documents is 'Stored documents that a verify scan has come to.';
comment on column pics_scans.verified is 'Of these: those whose SHA-1 is the one that Steam announces.';
comment on column pics_scans.differing is
  'Of these: those for which Steam announces another SHA-1 at the change number that is stored.';
comment on column pics_scans.damaged is
  'Documents that are not what was stored and that Steam still shows, other than the differing ones; NULL until pics verify has read them all.';

comment on table pics_scan_differences is
  'The documents that a verify scan found to differ, and those that pics verify found damaged: the first 1,000, of the latest verify scans.';
comment on column pics_scan_differences.scan_id is 'The scan.';
comment on column pics_scan_differences.appid is 'The app.';
comment on column pics_scan_differences.part is 'Which of its documents: full or public.';
comment on column pics_scan_differences.change_number is 'The change number at which the document was stored.';
comment on column pics_scan_differences.stored_sha1 is 'Its SHA-1 as stored.';
comment on column pics_scan_differences.announced_sha1 is
  'The SHA-1 that Steam announced instead; NULL when it announced the stored one, or none to compare.';
comment on column pics_scan_differences.damage is
  'Why the stored bytes are not what was stored; NULL when they are.';
