def g():
    try:
        x = yield 'a1'
        yield ('got1', x)
    except ValueError:
        yield 'caught1'
