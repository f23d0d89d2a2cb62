import m
m.C.state.append(1)
x = m.C()
