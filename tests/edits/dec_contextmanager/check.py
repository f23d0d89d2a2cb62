with ctx(1) as v:
    assert v == ('new', 1)
