import m,asyncio
c=m.C(); a=m.g()
