#!/bin/bash
# stop-engine.sh FOLDER: stops the engine of start-engine.sh; its images stay for the next time.
set -u
pid=$(cat "$1/pid")
kill "$pid" && while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
kill "$(cat "$1/slirp4netns.pid")" 2> /dev/null
rm -f "$1/pid" "$1/slirp4netns.pid"
