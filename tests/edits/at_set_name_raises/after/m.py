class D:
    def __set_name__(self, owner, name):
        if name == 'bad':
            raise RuntimeError('no')
class C:
    k = 2
    bad = D()
    good = D()
