A = 0

class C:
    k = A
    seen = k
    def k(self):
        return 'method'
