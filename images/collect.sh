#!/bin/sh
# Collects the files of an image without a distribution: tkn-dev, the libraries and the loader that
# it needs, and CA certificates. For this machine's processor, from this machine's glibc.
#
#     collect.sh PROGRAM DIRECTORY
set -eu
program=$1 root=$2
certificates=/etc/ssl/certs/ca-certificates.crt

if [ ! -f "$certificates" ]; then
  echo "Cannot collect the files: $certificates is missing; install ca-certificates" >&2
  exit 1
fi
mkdir -p "$root/usr/local/bin" "$root/etc/ssl/certs" "$root/tmp" "$root/root" "$root/proc"
chmod 1777 "$root/tmp"
cp "$program" "$root/usr/local/bin/tkn-dev"
chmod 755 "$root/usr/local/bin/tkn-dev"

# A line of ldd: "libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x...)", or without the "=>".
libraries=$(ldd "$root/usr/local/bin/tkn-dev" | sed -n 's/^[^/]*\(\/[^ ]*\) (0x.*/\1/p')
case $libraries in
  *ld-linux*) ;;
  *)
    echo "Cannot collect the files: ldd finds no loader of \"$program\"" >&2
    exit 1
    ;;
esac
for library in $libraries; do
  mkdir -p "$root${library%/*}"
  cp -L "$library" "$root$library" # the file, not the link of the distribution
done

cp -L "$certificates" "$root$certificates"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
echo 'root:x:0:0:root:/root:/sbin/nologin' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
