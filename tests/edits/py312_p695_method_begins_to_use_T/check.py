P=m.Box.__type_params__[0]
assert b.kind() is P and h() is P and b.new()==[P] and b.added()=='T' and b.st() is P and f(1) is m.f.__type_params__[0]
