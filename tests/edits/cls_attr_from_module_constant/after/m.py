LIMIT = 5
class C:
    limit = LIMIT
    seen = []
    def get(self, x=LIMIT):
        return x
