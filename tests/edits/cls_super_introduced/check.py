assert b.go() == 'Ab2' and m.B().go() == 'Ab2' and m.B.go is go
class Sub(m.B):
    def go(self):
        return super().go() + 's'
assert Sub().go() == 'Ab2s'
