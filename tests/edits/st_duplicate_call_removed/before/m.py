from reg import register

register("a")
register("b")
register("c")
