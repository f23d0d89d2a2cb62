x: float = 2.0
y: str = 'a'
