import b

LABEL = f"<{b.TEN}>"
STATE = []
