assert a.only_a() == "lib" and b.use() == "lib" and shared() == "lib"
