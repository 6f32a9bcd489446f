# Makes of a page that argument-parser's generate-manual wrote one that people and mandoc -Tlint like: our names, one
# sentence a line, and the end of the page from a file of our own (`tail`).
BEGIN { section = "" }
/^\.Sh "EXIT STATUS"/ { exit } # its own end is the same for each program
/^\.Dt / { gsub(/\./, "-", $2); print ".Dt " $2 " " $3; next }
/^\.Sh / { section = $2 }
/^\.Nm/ && section == "NAME" {
    name = $0; sub(/^\.Nm /, "", name); gsub(/"/, "", name); call = name; gsub(/ /, "-", name)
    print ".Nm " name; next
}
/^\.Nm/ { print (call ~ / / ? ".Nm \"" call "\"" : ".Nm " call); next }
/^\.Nd / { sub(/^\.Nd "?/, ""); sub(/\.?"?$/, ""); print ".Nd " tolower(substr($0, 1, 1)) substr($0, 2); next }
/^\.Pp$/ { owed = 1; next }
/^$/ { owed = section == "DESCRIPTION"; next }
/^\.(It|Bl|El|Sh)/ { owed = 0 }
owed { print ".Pp"; owed = 0 }
/^\./ { gsub(/,\.\.\.$/, " , ..."); print; next }
/^  / { sub(/^ +/, ""); print ".Dl " $0; next }
{ say($0) }

# say TEXT: one sentence a line, none longer than 78 bytes.
function say(text,   count, word, i, line) {
    count = split(text, word, / +/)
    line = ""
    for (i = 1; i <= count; i++) {
        if (line != "" && length(line) + 1 + length(word[i]) > 78) { put(line); line = "" }
        line = line (line == "" ? "" : " ") word[i]
        if (word[i] ~ /[.:]$/ && word[i] !~ /^(e\.g\.|etc\.)$/) { put(line); line = "" }
    }
    if (line != "") put(line)
}

# put LINE: what begins like a macro is none.
function put(line) { print (line ~ /^[.']/ ? "\\&" : "") line }

END { while ((getline line <tail) > 0) print line }
