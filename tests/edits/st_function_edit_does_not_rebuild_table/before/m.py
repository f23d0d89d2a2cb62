BUILT = []


def build():
    BUILT.append(1)
    return {"n": len(BUILT)}


TABLE = build()
HANDLERS = [build]
