X=1
import b
Y=b.Z+1
