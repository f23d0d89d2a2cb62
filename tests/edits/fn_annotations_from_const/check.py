assert f.__annotations__=={'a':float,'return':list[int]}
