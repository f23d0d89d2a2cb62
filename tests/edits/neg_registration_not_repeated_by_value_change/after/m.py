from reg import route

PREFIX = "/b"
TITLE = "new"


@route("/home")
def home():
    return TITLE + "!"


@route("/about")
def about():
    return PREFIX
