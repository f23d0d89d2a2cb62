X=2
import b
Y=b.Z+1
