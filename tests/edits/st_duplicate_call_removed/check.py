assert reg.NAMES.count("a") == 1 and reg.NAMES.count("c") == 1
assert reg.NAMES.count("d") == 1
