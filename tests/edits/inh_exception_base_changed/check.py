try:
    m.find()
    assert False
except KeyError as e:
    assert isinstance(e, m.AppError)
