assert copy.copy(c)=='copied' and copy.deepcopy([c])==['deep'] and pickle.loads(pickle.dumps(c))=='red' and type(pickle.loads(d)[0]) is m.C and pickle.loads(d)[2] is m.C
