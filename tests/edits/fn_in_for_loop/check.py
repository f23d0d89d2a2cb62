assert m.ops[1](1)==101 and m.ops[2](1)==102 and o1(1)==101 and m.ops is ops
