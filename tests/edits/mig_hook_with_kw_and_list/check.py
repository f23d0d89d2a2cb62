assert m.ROOT.kids is kids and [k.val for k in kids]==[0,2,4] and m.ROOT.val==0 and sub.val==18 and not hasattr(sub,'v')
