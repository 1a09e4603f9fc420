"""A dict as a response: a server error."""


def main(req):
    return {"tea": 450}
