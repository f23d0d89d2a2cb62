def f():
    return "new"


raise GeneratorExit("stop")
