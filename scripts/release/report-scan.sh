#!/bin/sh
# Prints the table of a vulnerability scan as Markdown.
set -eu
echo '### Vulnerabilities'
echo '```'
if [ -s "${1:?file}" ]; then cat "$1"; else echo 'none reported'; fi
echo '```'
