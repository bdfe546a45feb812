# Completion for bash: commands and options are those that `votesim --help` tells of, so nothing here can lag behind.

# The words of one command ("": the commands), one a line.
__votesim_words() {
	votesim --help 2>/dev/null | awk -v of="$1" '
		/^  votesim / { command = $2; gsub(/,/, "", command); if (of == "" && command != "") print command }
		command == of { line = $0; while (match(line, /(^|[ ,])--?[a-z][a-z-]*/)) {
			word = substr(line, RSTART, RLENGTH); sub(/^[ ,]/, "", word); print word
			line = substr(line, RSTART + RLENGTH) } }'
}

_votesim() {
	local word=${COMP_WORDS[COMP_CWORD]}
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(__votesim_words '')" -- "$word")
	elif [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(__votesim_words "${COMP_WORDS[1]}")" -- "$word")
	fi
	# otherwise files, by the option below
}
complete -o default -F _votesim votesim
