assert m.Mode.READ is r and m.Mode("w+") is m.Mode.WRITE and m.Mode.APPEND == "a"
assert m.PERMS[m.Mode.WRITE] == 2 and m.PERMS["w+"] == 2 and len(m.PERMS) == 2
