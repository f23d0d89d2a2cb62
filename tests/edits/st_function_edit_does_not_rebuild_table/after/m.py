BUILT = []


def build():
    BUILT.append(2)
    return {"n": len(BUILT), "extra": True}


TABLE = build()
HANDLERS = [build]
