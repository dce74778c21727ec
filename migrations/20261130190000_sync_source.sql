-- Where get_apps_for_sync takes an enum of sources, pics becomes one of them. The function itself stays as it is.

do $$
declare
  source regtype;
begin
  for source in
    select distinct pg_type.oid::regtype
    from pg_proc join pg_type on pg_type.oid = proargtypes[0]
    where proname = 'get_apps_for_sync' and pg_function_is_visible(pg_proc.oid) and typtype = 'e'
      and not exists (select from pg_enum where enumtypid = pg_type.oid and enumlabel = 'pics')
  loop
    if (select pg_has_role(typowner, 'usage') from pg_type where oid = source) then
      execute format('alter type %s add value if not exists %L', source, 'pics');
    else
      raise notice 'get_apps_for_sync has no source pics: as the owner of its type, alter type % add value ''pics''', source;
    end if;
  end loop;
end $$;
