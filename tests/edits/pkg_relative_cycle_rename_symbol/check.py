assert run()==201 and not hasattr(p.a,'base') and not hasattr(p.b,'helper')
