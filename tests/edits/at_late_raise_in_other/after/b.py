import a
a.L.append('side')
class B:
    x=2
