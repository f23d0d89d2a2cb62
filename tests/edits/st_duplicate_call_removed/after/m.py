from reg import register

register("a")
register("c")
register("d")
