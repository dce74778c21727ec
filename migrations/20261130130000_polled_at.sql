-- When the change feed was last polled, by whichever producer, also when there was nothing new: the one place that says
-- whether anybody follows Steam.

alter table pics_state add column if not exists polled_at timestamptz;
comment on column pics_state.polled_at is
  'When a producer last polled the change feed successfully; NULL before the first poll.';
