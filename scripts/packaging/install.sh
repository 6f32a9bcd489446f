#!/bin/sh
# Puts what is beside this script into the system, below DESTDIR where that is set. `install.sh --uninstall` takes it away.
set -eu
cd "$(dirname "$0")/root"
find . ! -type d | sed 's|^\./||' | while IFS= read -r file; do
    if [ "${1-}" = --uninstall ]; then
        rm -f "${DESTDIR-}/$file"
    else
        mkdir -p "${DESTDIR-}/$(dirname "$file")"
        cp -P --preserve=mode,timestamps "$file" "${DESTDIR-}/$file"
    fi
done
if [ "${1-}" = --uninstall ]; then echo 'surf-ufm-pkeyd is taken away; /etc/pcocc is as it was'; exit 0; fi
echo 'surf-ufm-pkeyd is there. What it needs: libcurl 7.76, libyaml, OpenSSL 3, libstdc++ (GCC 11), CA certificates.'
program="${DESTDIR-}/usr/bin/surf-ufm-pkeyd"
"$program" --version
# libcurl is opened by whatever asks a server: here one that is none.
said=$(PCOCC_SYSTEM_CONF_DIR=. "$program" etcd --list --etcd-endpoints http://127.0.0.1:1 2>&1) || true
case $said in *'libcurl cannot be used'*) printf '%s\n' "$said" >&2; exit 1 ;; esac
cat "${DESTDIR-}/usr/share/surf-ufm-pkeyd/first-steps.txt"
