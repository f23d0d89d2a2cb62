assert m.x == 2.0 and m.y == 'mine' and m.__annotations__ == {'x': float, 'y': str}
