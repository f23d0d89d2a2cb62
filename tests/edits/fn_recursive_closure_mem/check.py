assert fib(10)==55 and m.fib is fib and len(memo)==11
