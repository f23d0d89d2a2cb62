from m import C
c = C()
make = C.make
