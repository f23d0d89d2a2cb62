assert a.fields == ["f_a", "f_b"] and a.f_b == 2
