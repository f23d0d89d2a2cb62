assert m.X==2 and m.Z==b'z' and m.__annotations__['W'] is float and 'Y' not in m.__annotations__ and m.__annotations__['Z'] is bytes
