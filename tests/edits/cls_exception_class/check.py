try:
    fail()
    assert False
except MyError as e:
    assert str(e) == 'new' and type(e) is type(err)
assert str(err) == 'new'
