-- Of which apps Steam sends no text, so that pics verify --fix does not fetch them again in vain. What it fetches again is every
-- document that a verification has found, not only the first 1,000.

alter table pics_app_ledger add column if not exists lacks_text boolean not null default false;

comment on column pics_app_ledger.lacks_text is
  'Whether the stored response had no text: of some apps Steam sends none without an access token.';
comment on table pics_scan_differences is
  'The documents that a verify scan found to differ, and those that pics verify found damaged, of the latest verify scans: what pics verify --fix fetches again.';
