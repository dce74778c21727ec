#!/bin/sh
# publish-image.sh IMAGE SOURCE TAGS: unites IMAGE:SOURCE-amd64 and -arm64 under TAGS (complete names, one a line), and
# prints `digest=…` of the result.
set -eu
image=${1:?image}; source=${2:?source}; tags=${3:?tags}
set --
first=
for tag in $tags; do
  set -- "$@" --tag "$tag"
  first=${first:-$tag}
done
docker buildx imagetools create "$@" "$image:$source-amd64" "$image:$source-arm64" >&2
echo "digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$first")"
