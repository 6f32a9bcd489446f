# The packages of the staged files. To be sourced after staging.sh.
# shellcheck shell=bash

# fill FILE KEY=VALUE...: the file with each @KEY@ replaced.
fill() {
    local text pair
    text=$(cat "$1")
    for pair in "${@:2}"; do text=${text//"@${pair%%=*}@"/"${pair#*=}"}; done
    printf '%s\n' "$text"
}

# make_deb ROOT: the package, and the one with the debug symbols.
make_deb() {
    local architecture file
    architecture=$(dpkg --print-architecture)
    file="$PACKAGES/surf-ufm-pkeyd_${VERSION}-1_$architecture.deb"
    install -D -m 644 "$PACKAGING/deb/lintian-overrides" "$1/usr/share/lintian/overrides/surf-ufm-pkeyd"
    touch --date "@$SOURCE_DATE_EPOCH" "$1/usr/share/lintian" "$1/usr/share/lintian/overrides"{,/surf-ufm-pkeyd}
    write_control "$1" "$PACKAGING/deb/control.in" "$architecture"
    install -m 755 "$PACKAGING"/deb/{preinst,postinst,prerm,postrm} "$1/DEBIAN/"
    echo /etc/logrotate.d/surf-ufm-pkeyd >"$1/DEBIAN/conffiles"
    build_deb "$1" "$file"
    if command -v lintian >/dev/null; then
        lintian --allow-root --fail-on error "$file" || fail "lintian minds $file"
    fi
    write_control "$1.debug" "$PACKAGING/deb/debug-control.in" "$architecture"
    build_deb "$1.debug" "${file/_/-dbgsym_}"
    rm -r "$1/DEBIAN" "$1/usr/share/lintian"
}

# write_control ROOT TEMPLATE ARCHITECTURE
write_control() {
    local size text
    size=$(du --summarize --apparent-size --block-size 1024 "$1" | cut -f 1)
    text=$(summary; description | sed 's/^/ /')
    mkdir -p "$1/DEBIAN"
    fill "$2" "VERSION=1:$VERSION-1" "ARCHITECTURE=$3" "MAINTAINER=$MAINTAINER" "SIZE=$size" "DESCRIPTION=$text" >"$1/DEBIAN/control"
    (cd "$1" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$1/DEBIAN/md5sums"
}

# build_deb ROOT FILE
build_deb() {
    dpkg-deb --root-owner-group -Zxz --build "$1" "$2" >"$WORK/dpkg-deb" || fail "$(cat "$WORK/dpkg-deb")"
    note "${2#"$ROOT"/} ($(stat -c %s "$2") bytes)"
}

# make_rpm ROOT
make_rpm() {
    local files spec="$WORK/surf-ufm-pkeyd.spec"
    # Directories of our own belong to it, or they would stay behind.
    files=$(cd "$1" && find . -type d -path '*surf-ufm-pkeyd*' | sed 's/^\./%dir /' | LC_ALL=C sort)$'\n'
    files+=$(cd "$1" && find . ! -type d | sed 's/^\.//' | LC_ALL=C sort | sed 's|^/usr/share/man/.*|%doc &|; s|^/etc/.*|%config(noreplace) &|')
    fill "$PACKAGING/rpm/surf-ufm-pkeyd.spec.in" "VERSION=$VERSION" "SUMMARY=$(summary)" \
        "DESCRIPTION=$(description)" "FILES=$files" >"$spec"
    # rpmbuild takes its root away with it.
    cp -a "$1" "$WORK/rpm-root"
    rpmbuild -bb --quiet --buildroot "$WORK/rpm-root" --define "_topdir $WORK/rpm" --define "_rpmdir $PACKAGES" \
        --define '_rpmfilename %{name}-%{version}-%{release}.%{arch}.rpm' --define '_binary_payload w9.gzdio' \
        --define '__os_install_post %{nil}' --define '_build_id_links none' --define 'clamp_mtime_to_source_date_epoch 1' \
        --define '_buildhost localhost' --define 'use_source_date_epoch_as_buildtime 1' \
        --target "$(uname -m)" "$spec" >"$WORK/rpmbuild" 2>&1 || fail "rpmbuild: $(tail -n 20 "$WORK/rpmbuild")"
    note ".build/packages/surf-ufm-pkeyd-$VERSION-1.$(uname -m).rpm ($(stat -c %s "$PACKAGES/surf-ufm-pkeyd-$VERSION-1.$(uname -m).rpm") bytes)"
}

# make_tar ROOT
make_tar() {
    local name file
    name=surf-ufm-pkeyd-$VERSION-$(uname -m)
    file="$PACKAGES/$name.tar.xz"
    mkdir "$WORK/$name"
    cp -a "$1" "$WORK/$name/root"
    install -m 755 "$PACKAGING/install.sh" "$WORK/$name/install.sh"
    tar --create --xz --file "$file" --directory "$WORK" --owner 0 --group 0 --numeric-owner --sort name \
        --mtime "@$SOURCE_DATE_EPOCH" "$name"
    note "${file#"$ROOT"/} ($(stat -c %s "$file") bytes)"
}
