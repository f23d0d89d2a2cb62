assert m.User.columns() == ["age", "name"]
assert m.User.cache == {"k": 1}
assert orm.Meta.tables == {"User": m.User}
assert u.hello() == "hi" and type(u) is m.User
assert m.User.fields["age"] is m.User.age
