# tests/FAULTS.md names tests: each of them is there.

TESTS="$BATS_TEST_DIRNAME/.."

# The third column of each row: FILE: NAME
named() { sed -nE 's/^\|.*\| `([^`:]+): ([^`]+)` \|$/\1\t\2/p' "$TESTS/FAULTS.md"; }

@test "every row names a test" {
	[ "$(grep -c '^|' "$TESTS/FAULTS.md")" -eq $(($(named | wc -l) + 2 * $(grep -c '^| fault' "$TESTS/FAULTS.md"))) ]
	[ "$(named | wc -l)" -ge 50 ]
}

@test "every test that is named is there" {
	missing=$(named | while IFS=$'\t' read -r file name; do
		grep -qF -- "$name" "$TESTS/$file" || echo "$file: $name"
	done)
	echo "$missing"
	[ -z "$missing" ]
}
