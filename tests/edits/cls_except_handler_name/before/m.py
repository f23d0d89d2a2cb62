try:
    1/0
except ZeroDivisionError as err:
    MSG=str(err)
    def f(): return MSG
