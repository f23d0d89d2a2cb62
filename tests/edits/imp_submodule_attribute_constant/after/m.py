import pkg.conf
import pkg.conf as cf

TRIPLE = pkg.conf.SIZE * 3
FOUR = cf.SIZE * 4
FIVE = pkg.SIZE * 5
