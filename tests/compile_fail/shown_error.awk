# Whether docs/compile-errors.md shows a case as it is. Every line of its code must be in the case's source, every line of the compiler's in
# what the compiler printed ("..." at the end stands for more).
#   awk -f shown_error.awk -v case=NAME -v compiler=gcc -v source=FILE -v printed=FILE docs/compile-errors.md
function contents(file,   line, all) {
  while ((getline line < file) > 0) all = all line "\n"
  close(file)
  return all
}
BEGIN {
  code = contents(source)
  said = contents(printed)
}
/^## / { here = 0 }
$0 == "<!-- case: " case " -->" { here = 1; found = 1; next }
!here { next }
/^```/ {
  block = inside ? "" : substr($0, 4)
  inside = !inside
  next
}
inside && $0 != "" {
  line = $0
  sub(/\.\.\.$/, "", line)
  if (block == "cpp wrong" && index(code, line) == 0) { print "not in " source ": " $0; wrong = 1 }
  if (block == "text " compiler) {
    ++lines
    if (index(said, line) == 0) { print "the page shows, the compiler does not print: " $0; wrong = 1 }
  }
}
END {
  if (found && lines == 0) { print "the page has no lines of " compiler " for " case; wrong = 1 }
  exit wrong
}
