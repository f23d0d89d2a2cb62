assert b.mk().go()=='new' and x.go() in ('old','new') and not hasattr(a,'Old') and not hasattr(b,'Old')
