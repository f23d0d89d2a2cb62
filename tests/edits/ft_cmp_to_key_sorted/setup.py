import m
assert m.WORDS[0] == 'a'
