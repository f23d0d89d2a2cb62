assert b.f()=='real'
