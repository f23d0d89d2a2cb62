def g():
    try:
        x = yield 'a2'
        yield ('got2', x)
    except ValueError:
        yield 'caught2'
