def mk():
    memo={}
    def fib(n):
        if n not in memo: memo[n]= n if n<2 else fib(n-1)+fib(n-2)
        return memo[n]
    return fib
fib=mk()
