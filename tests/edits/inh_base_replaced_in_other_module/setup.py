import b, a
c = b.C()
