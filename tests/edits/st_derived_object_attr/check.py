assert u.D==20 and u.O==6 and conf.conf.depth==2
