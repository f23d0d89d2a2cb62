class Other:
    def go(self):
        return "OTHER"
