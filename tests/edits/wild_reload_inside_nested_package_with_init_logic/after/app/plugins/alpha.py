from ..registry import plugin


@plugin
class Alpha:
    def run(self):
        return "a2"
