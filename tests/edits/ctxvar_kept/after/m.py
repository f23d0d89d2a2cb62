import contextvars
V=contextvars.ContextVar('V', default=1)
def f(): return ('n',V.get())
