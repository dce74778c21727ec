-- Indexes for readers. The primary key of each join table finds the tags of an app; these find the apps of a tag, without
-- reading the table (4 ms instead of 12 for the apps of a tag on 17,000 of 300,000 apps). A column that an existing index
-- begins with gets no second one.

do $$
declare
  relation regclass;
  columns text[];
begin
  for relation, columns in
    values
      ('app_steam_tags'::regclass, array['tag_id', 'appid']), ('app_genres', '{genre_id,appid}'),
      ('app_categories', '{category_id,appid}'), ('app_franchises', '{franchise_id,appid}'),
      ('app_developers', '{developer_id,appid}'), ('app_publishers', '{publisher_id,appid}'),
      ('app_dlc', '{dlc_appid,appid}'), ('apps', '{parent_appid}')
  loop
    if not exists (
      select from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
      where indrelid = relation and attname = columns[1]
        and (indpred is null or pg_get_expr(indpred, indrelid) = format('(%I IS NOT NULL)', columns[1]))
    ) then
      execute format('create index on %s (%s)', relation, array_to_string(columns, ', '));
    end if;
  end loop;
end $$;

-- Searching names by a part needs the extension pg_trgm. Without it a search reads every name.
do $$
declare
  operators text;
begin
  select format('%I.gin_trgm_ops', nspname) into operators
  from pg_opclass join pg_namespace on pg_namespace.oid = opcnamespace
  where opcname = 'gin_trgm_ops';
  if operators is not null and (
    select atttypid in ('text'::regtype, 'varchar'::regtype)
    from pg_attribute where attrelid = 'apps'::regclass and attname = 'name'
  ) and not exists (
    select from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
      join pg_opclass on pg_opclass.oid = indclass[0]
    where indrelid = 'apps'::regclass and attname = 'name' and opcname = 'gin_trgm_ops' and indpred is null
  ) then
    execute format('create index if not exists apps_name_trgm on apps using gin (name %s)', operators);
  end if;
end $$;
