def walker(tree):
    def walk(node):
        return 1 + sum(walk(child) for child in node)
    return lambda: walk(tree)
