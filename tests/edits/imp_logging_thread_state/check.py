assert m.T is t and t.is_alive() and m.count==[1] and m.f()==2
m.ev.set()
