class C:
    'doc1'
    def __init__(self, a, b=1):
        'init1'
