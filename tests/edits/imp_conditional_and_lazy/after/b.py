import a
if a.FLAG:
    from c import thing
else:
    thing='none'
def f(): return thing
