assert b.go()=='a2' and b.x==1 and d.d()==('d2','a2') and m.B.__orig_bases__==(m.A[str],) and len(m.D.__type_params__)==2
