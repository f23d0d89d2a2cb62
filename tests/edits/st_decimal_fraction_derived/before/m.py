from decimal import Decimal
from datetime import timedelta
R='0.1'
RATE=Decimal(R)
T=timedelta(seconds=int(RATE*100))
def tax(x,r=RATE): return x*r
