import typing
assert typing.get_type_hints(m.f)['x']==typing.Union[int,complex]
