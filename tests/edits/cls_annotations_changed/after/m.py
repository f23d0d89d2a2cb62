class C:
    x: float = 1
    z: 'C'
