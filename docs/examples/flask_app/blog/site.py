"""The Flask application."""

import logging

from flask import Flask, jsonify, redirect, request, session, url_for

app = Flask(__name__)
app.secret_key = "only for this example"

POSTS = {1: "Hello", 2: "On tea"}


@app.get("/")
def home():
    return "<h1>A blog</h1>"


@app.get("/posts/<int:number>")
def post(number):
    if number not in POSTS:
        return jsonify(error=f"no post {number}"), 404
    return jsonify(number=number, title=POSTS[number])


@app.post("/posts")
def publish():
    given = request.get_json()
    if not given.get("title"):
        return jsonify(error="a post needs a title"), 422
    logging.info("%s published %r", session.get("user", "somebody"), given["title"])
    return jsonify(number=3, title=given["title"]), 201, {"Location": url_for("post", number=3)}


@app.post("/login")
def login():
    session["user"] = request.form["user"]
    return redirect(url_for("home"))


@app.get("/broken")
def broken():
    raise LookupError("the archive is gone")
