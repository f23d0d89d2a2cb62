assert typing.get_type_hints(m.Node)["extra"] == list[m.Node]
assert typing.get_type_hints(m.walk)["return"] == dict[str, m.Node]
assert m.walk(n) == {"v": n} and list(m.Node.__annotations__) == ["next", "value", "extra"]
