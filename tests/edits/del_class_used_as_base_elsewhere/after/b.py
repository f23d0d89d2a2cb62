from a import Other


class Sub(Other):
    pass
