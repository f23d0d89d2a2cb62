def mk():
    memo={}
    def fib(n):
        if n not in memo: memo[n]= n if n<3 else fib(n-1)+fib(n-3)
        return ('m',memo[n])[1]
    return fib
fib=mk()
