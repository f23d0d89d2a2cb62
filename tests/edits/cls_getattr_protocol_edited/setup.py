from m import Lazy
x = Lazy()
assert x.foo == ("old", "foo")
