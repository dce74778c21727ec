-- The SHA-1 of the body that the rows of an app show, to compare with the one that a scan sees.

alter table pics_app_ledger add column if not exists stored_sha1 bytea;
alter table pics_package_ledger add column if not exists stored_sha1 bytea;
alter table pics_scans add column if not exists unchanged integer not null default 0;

comment on column pics_app_ledger.stored_sha1 is
  'SHA-1 of the stored body, as Steam announced it; NULL unless the whole body is stored.';
comment on column pics_package_ledger.stored_sha1 is
  'SHA-1 of the stored body, as Steam announced it; NULL unless the whole body is stored.';
comment on column pics_scans.unchanged is
  'Apps with a newer change number and the same body as stored: they were done at once, without being fetched.';
