assert round(m.AREA, 1) == 12.6 and m.TABLE == {0: 0, 1: 2, 2: 4}
assert m.TEXT == "2-12.6"
assert get() is m.TABLE
assert m.SEEN[-1] == "2-12.6"
