import app.service
u = app.service.make()
