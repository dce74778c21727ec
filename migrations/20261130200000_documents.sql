-- What Steam sent of each app, exactly, and the sections of it that are wanted as JSON.

do $$
declare
  needed record;
begin
  for needed in
    values ('app_documents', array['appid', 'part', 'change_number', 'sha1', 'size', 'body', 'fetched_at']),
      ('app_sections', array['appid', 'section', 'data'])
  loop
    if to_regclass(needed.column1) is not null and exists (
      select from unnest(needed.column2) as name
      where not exists (
        select from pg_attribute
        where attrelid = to_regclass(needed.column1) and attname = name and attnum > 0 and not attisdropped
      )
    ) then
      raise exception 'the existing tables do not fit, nothing was changed: % exists and has other columns: rename it',
        needed.column1;
    end if;
  end loop;

  if to_regclass('app_documents') is null then
    create table app_documents (
      appid integer not null,
      part text not null check (part in ('full', 'public')),
      change_number bigint not null,
      sha1 bytea not null check (length(sha1) = 20),
      size integer not null check (size > 0),
      body bytea not null,
      fetched_at timestamptz not null default now(),
      primary key (appid, part)
    );
    -- It is compressed already, so Postgres need not try.
    alter table app_documents alter column body set storage external;
    alter table app_documents enable row level security;
  end if;
  if to_regclass('app_sections') is null then
    create table app_sections (
      appid integer not null,
      section text not null,
      data jsonb not null,
      primary key (appid, section)
    );
    alter table app_sections enable row level security;
  end if;
end $$;

comment on table app_documents is
  'The product info of each app exactly as Steam sent it, for pics document, pics extract and pics verify. An app that Steam removed keeps its own. Empty with DOCUMENTS=off.';
comment on column app_documents.appid is 'The app. It may be missing from apps.';
comment on column app_documents.part is
  'full: all that Steam has of the app. public: the part that is shown without an access token; it is here only while it is newer than the full one, or there is none.';
comment on column app_documents.change_number is
  'The change number at which this text was first stored. A response with a higher number and the same text leaves it.';
comment on column app_documents.sha1 is 'SHA-1 of the text, as Steam announces it.';
comment on column app_documents.size is 'Bytes of the text with the NUL that ends it on the wire, as Steam announces it.';
comment on column app_documents.body is 'The text (KeyValues) without that NUL, as a zstd frame.';
comment on column app_documents.fetched_at is 'When this text was stored.';
comment on table app_sections is
  'Sections of the product info of each app as JSON: those named in JSON_SECTIONS, none by default.';
comment on column app_sections.appid is 'The app. It may be missing from apps.';
comment on column app_sections.section is 'Key of the section, such as depots, config, extended or ufs.';
comment on column app_sections.data is
  'What the section holds. Every value is a string; where a key stands several times, its values are an array.';
