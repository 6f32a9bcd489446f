# What a person sees of an installed package: manual pages, and what the Tab key offers; to be sourced by scripts/try-packages.
# shellcheck shell=bash

# try_manual: each page is found by its name and rendered.
try_manual() {
    local page words
    step 'The manual'
    for page in surf-ufm-pkeyd surf-ufm-pkeyd-{monitor,plan,status,ufm,etcd} surf_ufm_pkeyd '5 surf-ufm-pkeyd' '7 surf-ufm-pkeyd'; do
        # A section and a name are two words.
        read -r -a words <<<"$page"
        in_root env MANWIDTH=80 MANPAGER=cat man --warnings=mac "${words[@]}" >"$WORK/page" 2>"$WORK/said" || fail "there is no manual page $page"
        [[ ! -s $WORK/said ]] || fail "man minds something in $page: $(head -n 3 "$WORK/said")"
        grep -q '^NAME' "$WORK/page" || fail "the manual page $page has no name"
        ! grep -E '.{83}' "$WORK/page" || note "these lines of $page are longer than 80 columns"
        note "man $page: $(wc -l <"$WORK/page") lines, $(grep -c '^[A-Z]' "$WORK/page") headings"
    done
    expect 'apropos finds them' 'surf-ufm-pkeyd' in_root sh -c 'mandb --quiet && apropos surf-ufm'
}

# try_completions: a real bash is typed at; zsh and fish parse theirs, and fish says what it offers.
try_completions() {
    local name
    step 'Completions'
    for name in surf-ufm-pkeyd surf_ufm_pkeyd; do
        # What is typed: the beginning of an option, Tab, Return. A bash that completes nothing says that there is no --versi.
        printf '. /usr/share/bash-completion/bash_completion\n%s plan --versi\t\nexit\n' "$name" |
            in_root script --quiet --return --command 'bash --norc -i' /dev/null >"$WORK/typed" 2>&1 || fail "bash: $(cat "$WORK/typed")"
        # Without what steers the terminal.
        sed 's/\x1b\[[?0-9;]*[a-zA-Z]//g; s/\r//g' "$WORK/typed" >"$WORK/said"
        grep -q -E '^[0-9]+\.[0-9]+\.[0-9]+$' "$WORK/said" || fail "bash completes nothing for $name: $(cat "$WORK/said")"
        note "bash, $name plan --versi<Tab>: $(grep -E -m 1 '^[0-9]+\.[0-9]+\.[0-9]+$' "$WORK/said")"
    done
    expect 'zsh reads its file and knows whose it is' '^_surf-ufm-pkeyd$' in_root zsh -fc '
        fpath=(/usr/share/zsh/vendor-completions $fpath); autoload -U compinit; compinit -u -D
        zsh -n /usr/share/zsh/vendor-completions/_surf-ufm-pkeyd && print -r -- $_comps[surf-ufm-pkeyd]'
    expect 'fish parses its file' '^ok' in_root sh -c 'fish --no-execute /usr/share/fish/vendor_completions.d/surf-ufm-pkeyd.fish && echo ok'
    expect 'fish offers the modes' '^monitor' in_root fish -c 'complete -C "surf-ufm-pkeyd mon"'
}
