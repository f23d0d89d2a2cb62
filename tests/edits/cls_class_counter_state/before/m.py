class C:
    count = 0
    items = []
    def __init__(self):
        type(self).count += 1
        self.items.append(1)
    def show(self):
        return 'old'
