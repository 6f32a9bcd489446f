# What the program says of itself, in ASCII, with each default in the words on its option: the generator of manual pages
# would drop both.
{ gsub(/…/, "..."); gsub(/→/, "->") }
/^ *"defaultValue" : / && held ~ /^ *"abstract" : / && held !~ /\(default/ {
    value = $0; sub(/^ *"defaultValue" : "/, "", value); sub(/",?$/, "", value)
    sub(/",?$/, " (default: " value ")\",", held)
}
NR > 1 { print held }
{ held = $0 }
END { print held }
