import conf,u
