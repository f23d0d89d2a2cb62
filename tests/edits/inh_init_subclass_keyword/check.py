assert c.tag == 'b'
