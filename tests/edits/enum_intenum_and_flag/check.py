assert L.LOW is low and low < L.MID < L.HIGH and sorted(L) == [1, 3, 5]
assert F.X in (F.X | F.R) and F.R | F.W == rw and F.R in rw and (F.R | F.X).value == 5
