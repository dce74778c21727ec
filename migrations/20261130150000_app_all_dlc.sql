-- extended.listofdlc ends at 64 entries in the bodies of large games. Each DLC names its parent as well, so both together
-- are the whole list.

do $$
begin
  if not exists (
    select from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
    where indrelid = 'apps'::regclass and attname = 'parent_appid'
      and (indpred is null or pg_get_expr(indpred, indrelid) = '(parent_appid IS NOT NULL)')
  ) then
    create index apps_parent_appid_idx on apps (parent_appid) where parent_appid is not null;
  end if;
end $$;

-- union all, and not union: a query for one game then uses the indexes of both tables.
create or replace view app_all_dlc as
  select appid, dlc_appid from app_dlc
  union all
  select parent_appid, appid from apps
  where parent_appid is not null and type::text = 'dlc'
    and not exists (select from app_dlc where app_dlc.appid = apps.parent_appid and dlc_appid = apps.appid);

comment on view app_all_dlc is
  'The DLC of each app, from the list of the app (app_dlc, which Steam ends at 64 entries) and from the DLC that name it as their parent.';
comment on column app_all_dlc.appid is 'The app.';
comment on column app_all_dlc.dlc_appid is 'The app that is its DLC. It may be missing from apps.';

-- Whoever reads the view needs the rights, and passes the policies, of the tables. Before 15 it would show what its owner
-- sees, so Supabase's roles of the Data API get no right to it there.
do $$
declare
  reader text;
begin
  if current_setting('server_version_num')::integer >= 150000 then
    alter view app_all_dlc set (security_invoker = true);
    return;
  end if;
  foreach reader in array array['anon', 'authenticated'] loop
    if exists (select from pg_roles where rolname = reader) then
      execute format('revoke all on app_all_dlc from %I', reader);
    end if;
  end loop;
end $$;
