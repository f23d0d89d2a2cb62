CONF = {}
CONF["a"] = 5
CONF["b"] = 2
NAMES = []
NAMES.append("x")
NAMES.append("y")
LEVEL = CONF["a"] * 10
OTHER = CONF["b"] * 10
COUNT = len(NAMES)
STATE = {"names": NAMES}
STATE["mine"] = []
