assert C.__annotations__ == {'x': float, 'z': 'C'}, C.__annotations__
