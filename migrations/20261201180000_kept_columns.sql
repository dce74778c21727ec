-- What the writer keeps, so that pics extract on another machine does not replace it.

alter table pics_state add column if not exists kept_columns text[];

comment on column pics_state.kept_columns is
  'KEEP_COLUMNS of the writer that started last; NULL before a writer has recorded it.';
