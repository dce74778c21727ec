#!/bin/bash
# enter-engine.sh FOLDER PROJECT: runs dockerd in the namespaces that start-engine.sh made.
set -eu
folder=$1 project=$2 root=$1/root
echo $$ > "$folder/pid"
while [ ! -e "$folder/connected" ]; do sleep 0.1; done
mount --bind "$root" "$root"
mount --rbind /proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount --bind "$project" "$root$project"
cd "$root"
# runc refuses a chroot.
pivot_root . old-root
umount --lazy /old-root
ip link set lo up
exec dockerd
