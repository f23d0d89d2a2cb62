from m import C
make = C.make
