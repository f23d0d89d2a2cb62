class Base:
    tag = 2
    def __migrate__(self, old):
        self.seen.append(sorted(old))
