assert old.label == "NotFound:404" and isinstance(old, m.Gone)
try:
    m.find(2)
except m.Gone as error:
    assert isinstance(error.__cause__, ValueError) and error.args == (2,)
