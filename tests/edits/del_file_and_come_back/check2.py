import a as again
assert again.f() == 20
