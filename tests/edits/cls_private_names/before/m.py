class C:
    def __init__(self):
        self.__x = 1
    def __get(self):
        return self.__x
    def show(self):
        return self.__get()
