-- A scan of all ids begins with requests for a sample of them, which say how much there is to find. What those see is seen
-- once more when the scan comes to it, and must not count twice.
alter table pics_scan_requests add column if not exists is_survey boolean not null default false;

comment on column pics_scan_requests.is_survey is
  'Whether it asks for a sample of all ids, before the scan looks through them; what it sees does not count in pics_scans.seen.';
