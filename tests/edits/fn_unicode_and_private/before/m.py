class Å:
    def __secret(self): return 'ß1'
    def π(self): return self.__secret()
def ｆ(): return 1
