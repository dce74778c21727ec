#!/bin/bash
# Does what the entrypoint of the official image does with what docker-compose.yml gives it.
set -eu
export PGDATA=/var/lib/postgresql/stand-in
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" && chmod 700 "$PGDATA"
  chown -R postgres /var/lib/postgresql /run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "${POSTGRES_PASSWORD:-}" ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    exit 1
  fi
  initdb --username=postgres --pwfile=<(echo "$POSTGRES_PASSWORD") --locale=C.UTF-8 --auth-host=scram-sha-256 --auth-local=trust
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  # The temporary server listens on the socket alone.
  pg_ctl -o '-c listen_addresses=' -w start
  for script in /docker-entrypoint-initdb.d/*.sh; do "$script"; done
  pg_ctl -m fast -w stop
fi
exec postgres -c listen_addresses='*'
