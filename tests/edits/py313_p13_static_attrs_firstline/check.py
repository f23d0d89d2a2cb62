assert set(m.C.__static_attributes__)>={'a','b','q'}, m.C.__static_attributes__
assert m.C.__firstlineno__==3 and inspect.getsource(m.C).startswith('class C')
