A = 1

class C:
    k = A
    seen = k
    def k(self):
        return 'method'
