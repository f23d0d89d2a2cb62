assert c.data == 'cached' and c.__dict__['data'] == 'cached'
