-- Indexes for readers. The primary key of each join table finds the tags of an app; these find the apps of a tag. A column
-- that an existing index begins with gets no second one.

do $$
declare
  relation regclass;
  column_name text;
begin
  for relation, column_name in
    values
      ('app_steam_tags'::regclass, 'tag_id'), ('app_genres', 'genre_id'), ('app_categories', 'category_id'),
      ('app_franchises', 'franchise_id'), ('app_developers', 'developer_id'), ('app_publishers', 'publisher_id'),
      ('app_dlc', 'dlc_appid'), ('apps', 'parent_appid')
  loop
    if not exists (
      select from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
      where indrelid = relation and attname = column_name and indpred is null
    ) then
      execute format('create index on %s (%I)', relation, column_name);
    end if;
  end loop;
end $$;

-- Searching names by a part needs the extension pg_trgm, which ships with Postgres. Without it a search reads every name.
do $$
declare
  operators text;
begin
  begin
    create extension if not exists pg_trgm;
  exception when others then
    raise notice 'pg_trgm is not available (%): searching apps by name reads every name', sqlerrm;
    return;
  end;
  select format('%I.gin_trgm_ops', nspname) into operators
  from pg_opclass join pg_namespace on pg_namespace.oid = opcnamespace
  where opcname = 'gin_trgm_ops';
  if (
    select atttypid in ('text'::regtype, 'varchar'::regtype)
    from pg_attribute where attrelid = 'apps'::regclass and attname = 'name'
  ) then
    execute format('create index if not exists apps_name_trgm on apps using gin (name %s)', operators);
  end if;
end $$;
