-- Where the apps of this database come from. Whoever fills it from the simulator must never meet Steam's own data.
alter table pics_state
  add column if not exists source text check (source in ('steam', 'simulator'));

comment on column pics_state.source is 'steam or simulator: who claimed this database first; NULL as long as nobody did';
