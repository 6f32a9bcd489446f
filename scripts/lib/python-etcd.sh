# pcocc's own library of etcd, from PyPI, for the tests with keys in the v2 store. To be sourced after common.sh.
# shellcheck shell=bash

PYTHON_ETCD=0.4.5

# need_python_etcd: sets PYTHON_ETCD_DIRECTORY to a directory below .build with python-etcd and what it needs, fetched where
# it is missing.
need_python_etcd() {
    local new="$WORK/python-etcd"
    PYTHON_ETCD_DIRECTORY="$ROOT/.build/python-etcd-$PYTHON_ETCD"
    [[ ! -d $PYTHON_ETCD_DIRECTORY ]] || return 0
    need_room_to_build
    step "Installing python-etcd $PYTHON_ETCD from PyPI below .build"
    run 'asking PyPI' env PIP_ROOT_USER_ACTION=ignore python3 -m pip install --disable-pip-version-check \
        --target "$new" "python-etcd==$PYTHON_ETCD" ||
        fail "pip could not fetch python-etcd $PYTHON_ETCD; is PyPI within reach?"
    PYTHONPATH=$new python3 -c 'import etcd' || fail "python-etcd $PYTHON_ETCD cannot be used"
    # At one blow: what is there is whole.
    mv "$new" "$PYTHON_ETCD_DIRECTORY"
}
