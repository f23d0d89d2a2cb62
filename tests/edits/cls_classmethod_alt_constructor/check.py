assert make().tag == 'new' and C.make().tag == 'new'
