assert kind(a) == 'AA' and kind(C.B) == 'b' and pickle.loads(data) is a and pickle.loads(pickle.dumps(C.B)) is C.B
