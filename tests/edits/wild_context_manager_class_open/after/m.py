LOG = []


class Trace:
    depth = 0

    def __enter__(self):
        LOG.append("enter new")
        self.depth += 1
        return self

    def __exit__(self, *exc):
        LOG.append("exit new")
        self.depth -= 1
        return True
