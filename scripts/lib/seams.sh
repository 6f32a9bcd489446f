# Whether the changes that the house is made for still find their places; to be sourced by scripts/check.
# shellcheck shell=bash

# At most so many files of Sources for each.
SEAM_FILES=5

# check_seams ROOT: prints what is not as seams.txt says: a file that is gone, a change that needs too many, two rooms of one
# change that may not know each other.
check_seams() {
    local list=$1/scripts/lib/seams.txt
    [[ -s $list ]] || { echo "scripts/lib/seams.txt: not there"; return; }
    local number=0 file
    while IFS= read -r file; do
        number=$((number + 1))
        case $file in '' | '#'* | 'task '* | 'room '*) continue ;; esac
        if [[ $file == '+ '* ]]; then
            [[ ! -e $1/Sources/${file#+ } ]] || echo "scripts/lib/seams.txt:$number: Sources/${file#+ } is there already"
        elif [[ ! -f $1/Sources/$file ]]; then
            echo "scripts/lib/seams.txt:$number: there is no Sources/$file"
        fi
    done <"$list"
    awk -v table="$IMPORT_TABLE" -v most="$SEAM_FILES" -v program="$PROGRAM" '
        function learn(row,    words, fields, j) {
            words = split(row, fields, " ")
            if (words) known[fields[1]] = 1
            for (j = 2; j <= words; j++) if (fields[j] != "-") imported[fields[1]] = imported[fields[1]] " " fields[j]
        }
        # Whether one room reaches another over however many imports.
        function reaches(from, to, seen,    i, count, names) {
            if (from == to) return 1
            if (index(seen, " " from " ")) return 0
            count = split(imported[from], names, " ")
            for (i = 1; i <= count; i++) if (reaches(names[i], to, seen " " from " ")) return 1
            return 0
        }
        function judge(    i, j) {
            if (task == "") return
            if (files == 0) print place ": " task ": no file"
            if (files > most) print place ": " task ": " files " files, and " most " are allowed"
            for (i = 1; i <= count; i++) {
                if (!(rooms[i] in known)) print place ": " task ": no room " rooms[i]
                for (j = i + 1; j <= count; j++)
                    if (!reaches(rooms[i], rooms[j], "") && !reaches(rooms[j], rooms[i], ""))
                        print place ": " task ": " rooms[i] " and " rooms[j] " do not know each other"
            }
        }
        BEGIN { rows = split(table, lines, "\n"); for (i = 1; i <= rows; i++) learn(lines[i]) }
        /^#/ || NF == 0 { next }
        /^task / { judge(); task = substr($0, 6); place = "scripts/lib/seams.txt:" FNR; files = count = 0; split("", has); next }
        # The parts are put together in the program, which so knows every room of theirs.
        /^room / { learn(substr($0, 6)); imported[program] = imported[program] " " $2; next }
        {
            file = $0; sub(/^\+ /, "", file)
            files++
            room = file; sub(/\/.*/, "", room)
            if (!(room in has)) { has[room] = 1; rooms[++count] = room }
        }
        END { judge() }' "$list"
}
