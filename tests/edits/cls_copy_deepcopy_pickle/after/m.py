class C:
    def __init__(self): self.xs=[2]
    def __copy__(self): return 'copied'
    def __deepcopy__(self,memo): return 'deep'
    def __reduce__(self): return (str,('red',))
