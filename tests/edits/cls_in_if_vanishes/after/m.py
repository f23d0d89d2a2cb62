DEBUG=False
class A: pass
if DEBUG:
    class Tool:
        def go(self): return 1
    TOOLS=[Tool]
    HELP=lambda: Tool
