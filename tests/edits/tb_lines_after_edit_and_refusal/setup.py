import m, traceback
def lines():
    try:
        m.outer()
    except ValueError as e:
        return [(f.lineno, f.line) for f in traceback.extract_tb(e.__traceback__)][1:]
