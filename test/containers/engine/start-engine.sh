#!/bin/bash
# start-engine.sh FOLDER PROJECT: a Docker engine in FOLDER, for a machine that has none. Debian and root only.
#
# The engine and everything it runs live in a Debian of their own below FOLDER/root, with their own network namespace, so
# that neither the firewall nor the packages of this machine change. slirp4netns connects it to the outside. PROJECT is the
# folder that containers may mount. Prints the address for DOCKER_HOST when the engine answers; ends with `stop-engine.sh`.
set -eu
folder=$1 project=$2 root=$1/root
here=$(cd "$(dirname "$0")" && pwd)

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get --yes --no-install-recommends "$@" > "$folder/apt.log" 2>&1; }

if ! command -v debootstrap slirp4netns ip > /dev/null 2>&1; then
  apt_get update && apt_get install debootstrap slirp4netns iproute2
fi
if [ ! -e "$folder/installed" ]; then
  rm -rf "$root" && mkdir -p "$root"
  debootstrap --variant=minbase --include=ca-certificates,iptables,iproute2 trixie "$root" http://deb.debian.org/debian > "$folder/debootstrap.log"
  # Of it, before Docker is in it, the stand-ins for base images are made.
  tar --directory="$root" --exclude='./var/cache/apt/archives/*' --create --file="$folder/debian.tar" .
  # Nothing is started while packages are installed.
  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    docker.io docker-cli docker-compose docker-buildx > "$folder/docker-install.log" 2>&1
  touch "$folder/installed"
fi

mkdir -p "$root/old-root" "$root$project" "$folder/socket"
rm -f "$folder/pid" "$folder/connected" "$folder/socket/docker.sock"
setsid unshare --net --mount --propagation private "$here/enter-engine.sh" "$folder" "$project" > "$folder/dockerd.log" 2>&1 &

wait_for() { for _ in $(seq 300); do "$@" > /dev/null 2>&1 && return; sleep 0.1; done; cat "$folder/dockerd.log" >&2; exit 1; }
wait_for test -s "$folder/pid"
pid=$(cat "$folder/pid")
setsid slirp4netns --configure --mtu=1400 --netns-type=path "/proc/$pid/ns/net" tap0 > "$folder/slirp4netns.log" 2>&1 &
echo $! > "$folder/slirp4netns.pid"
wait_for sh -c "nsenter --net=/proc/$pid/ns/net ip address show tap0 | grep -q 'inet '"
touch "$folder/connected"
wait_for nsenter --target "$pid" --mount --net docker version
echo "$pid"
