#!/bin/sh
# Does what the entrypoint of the official image does; its build has no protected mode.
set -eu
if [ "$(id -u)" = 0 ]; then
  chown -R redis /data
  exec setpriv --reuid=redis --regid=redis --clear-groups "$0" "$@"
fi
[ "$1" != redis-server ] || set -- "$@" --protected-mode no
exec "$@"
