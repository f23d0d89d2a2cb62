assert h()==12 and m.h()==12 and m.h is h
