SIZES = (1, 2)


class C:
    names = [f"n{i}" for i in SIZES]
    table = {n: len(n) for n in names}
    total = 0
    for _i in SIZES:
        total += _i
