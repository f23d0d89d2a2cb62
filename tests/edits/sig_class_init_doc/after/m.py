class C:
    'doc2'
    def __init__(self, a: int, *, c='x', **kw):
        'init2'
