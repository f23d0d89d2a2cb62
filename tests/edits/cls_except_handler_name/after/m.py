try:
    int('x')
except ValueError as err:
    MSG=str(err)
    def f(): return MSG.upper()
