assert two(5) == -10 and three(5) == -16
assert m.TABLE["two"] is two
