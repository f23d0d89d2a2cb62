assert a.fa() == 12 and a.CA().go() is b.CB and b.CB().go() is a.CA
