from ..registry import plugin


@plugin
class Beta:
    def run(self):
        return "b"
