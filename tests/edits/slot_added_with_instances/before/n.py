from m import P


class Q(P):
    def more(self):
        return self.show()


q = Q(5)
q.extra = 1
