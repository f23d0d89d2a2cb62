import a_user, z_base
u = a_user.User()
