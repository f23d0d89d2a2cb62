import contextvars
V=contextvars.ContextVar('V', default=1)
def f(): return ('o',V.get())
