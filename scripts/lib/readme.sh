# Whether the README says of packages what needs.txt has; to be sourced by scripts/check.
# shellcheck shell=bash

PURPOSES=(build run demo test check mutate fresh package bench look)

# readme_table: the README's table of packages, as it must be.
readme_table() {
    printf '| to | Debian, Ubuntu | RHEL, Fedora | what for |\n|---|---|---|---|\n'
    needs_to "${PURPOSES[@]}" | awk -F '|' '{ printf "| %s | `%s` | `%s` | %s |\n", $1, $2, $3, $4 }'
}

# check_readme ROOT: prints where the table, or a line that installs what a build needs, differs from the list.
check_readme() {
    local commands
    diff --label 'README.md' --label 'needs.txt' -U 0 \
        <(sed -n '/^| to | Debian/,/^$/p' "$1/README.md" | sed '/^$/d') <(readme_table)
    commands=$(printf 'apt-get install %s\ndnf install %s\n' \
        "$(needs_to build | packages_in 2 | paste -sd ' ')" "$(needs_to build | packages_in 3 | paste -sd ' ')")
    diff --label 'README.md' --label 'needs.txt, to build' -U 0 \
        <(sed -n -E '/^(apt-get|dnf) install /p' "$1/README.md") <(echo "$commands")
}
