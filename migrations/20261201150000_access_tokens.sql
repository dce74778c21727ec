-- Access tokens: which apps have one, which are to be asked for, and the requests for them that are in flight. Steam shows
-- some apps in full only to those who send their token, and grants some of these tokens to anybody who asks.

do $$
declare
  ledger text;
begin
  foreach ledger in array array['pics_app_ledger', 'pics_package_ledger'] loop
    execute format('alter table %I add column if not exists token_state text', ledger);
    execute format('alter table %I add column if not exists token_wanted_at timestamptz', ledger);
    execute format('alter table %I add column if not exists token_refusals smallint not null default 0', ledger);
    execute format('create index if not exists %I on %I (token_wanted_at, id) where token_wanted_at is not null',
      ledger || '_token_wanted', ledger);
    execute format('create index if not exists %I on %I (token_asked_at, id) where token_state in (''denied'', ''refused'')',
      ledger || '_token_again', ledger);
  end loop;
end $$;

create table if not exists pics_token_requests (
  batch_id text primary key,
  appids integer[] not null,
  dispatched_at timestamptz not null default now()
);
alter table pics_token_requests enable row level security;

-- Apps that Steam showed a part of, before anybody asked for their tokens.
update pics_app_ledger
set token_wanted_at = now()
from apps
where apps.appid = pics_app_ledger.id and apps.pics_access::text = 'restricted'
  and token_state is null and token_wanted_at is null and access_token is null;

comment on column pics_app_ledger.token_state is
  'How the app came to its token, or why it has none: granted (by Steam), imported (pics tokens import), denied (by Steam), refused (Steam granted it and did not accept it, twice); NULL before Steam was asked.';
comment on column pics_package_ledger.token_state is
  'How the package came to its token, or why it has none: granted (by Steam), imported (pics tokens import), denied (by Steam), refused (Steam granted it and did not accept it, twice); NULL before Steam was asked.';
comment on column pics_app_ledger.token_wanted_at is
  'Since when a token is wanted; NULL while none is to be asked for. It stays until Steam has answered.';
comment on column pics_package_ledger.token_wanted_at is
  'Since when a token is wanted; NULL while none is to be asked for. It stays until Steam has answered.';
comment on column pics_app_ledger.token_refusals is
  'How many tokens of the app in a row Steam did not accept.';
comment on column pics_package_ledger.token_refusals is
  'How many tokens of the package in a row Steam did not accept.';
comment on table pics_token_requests is
  'Requests for access tokens in flight, one row for each.';
comment on column pics_token_requests.batch_id is 'Id of the request in the queues.';
comment on column pics_token_requests.appids is 'The apps whose tokens are asked for.';
comment on column pics_token_requests.dispatched_at is 'When the request was dispatched.';
