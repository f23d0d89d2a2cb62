assert C.ALSO_A is a and list(C) == [C.A, C.B]
