from reg import route

PREFIX = "/a"
TITLE = "old"


@route("/home")
def home():
    return TITLE


@route("/about")
def about():
    return PREFIX
