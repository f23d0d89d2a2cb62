import m
kids=m.ROOT.kids
sub=type('Sub',(m.Node,),{})(9)
