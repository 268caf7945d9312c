"""Receivers of messages on loopback that can be told to fail: an SMTP server and an HTTP server."""
import base64
import http.server
import socket
import socketserver
import threading
import time


class SmtpServer:
    """Keeps mails by the rules of RFC 5321.  `answers` maps a step (greeting, ehlo, auth, mail, rcpt, data, end) to what is
    answered instead: a reply line, `hang`, or `drop` (the connection ends without an answer)."""

    def __init__(self, port=0, tls=None, starttls=False, login=None):
        self.answers, self.mails, self.commands = {}, [], []
        self.tls, self.starttls, self.login = tls, starttls, login
        self.delay = lambda: 0
        self.lock = threading.Lock()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    outer.talk(self.request)
                except (ConnectionError, OSError):
                    pass

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def step(self, name, connection, usual):
        answer = self.answers.get(name, usual)
        if answer == "hang":
            time.sleep(600)
        if answer == "drop":
            raise ConnectionError
        connection.sendall(answer.encode() + b"\r\n")
        return answer.startswith(("2", "3"))

    def talk(self, connection):
        connection.settimeout(30)
        secure = self.tls is not None and not self.starttls
        if secure:
            connection = self.tls.wrap_socket(connection, server_side=True)
        lines = connection.makefile("rb")
        if not self.step("greeting", connection, "220 ready"):
            return
        sender, receivers = None, []
        while line := lines.readline():
            word = line.decode("utf-8", "replace").strip()
            verb = word.split(" ")[0].upper()
            with self.lock:
                self.commands.append(word)
            if verb in ("EHLO", "HELO"):
                offers = (["STARTTLS"] if self.starttls and not secure else []) + (["AUTH PLAIN"] if self.login else [])
                self.step("ehlo", connection, "\r\n".join([f"250-{o}" for o in ["here", *offers]] + ["250 8BITMIME"]))
            elif verb == "STARTTLS":
                connection.sendall(b"220 go on\r\n")
                connection = self.tls.wrap_socket(connection, server_side=True)
                lines, secure = connection.makefile("rb"), True
            elif verb == "AUTH":
                digits = word.split(" ")[2] if word.count(" ") > 1 else ""
                if not digits:
                    connection.sendall(b"334 \r\n")
                    digits = lines.readline().decode().strip()
                good = base64.b64decode(digits).decode() == "\0{}\0{}".format(*(self.login or ("", "")))
                self.step("auth", connection, "235 welcome" if good else "535 wrong password")
            elif verb == "MAIL":
                if self.step("mail", connection, "250 fine"):
                    sender, receivers = word[10:].split(" ")[0].strip("<>"), []
            elif verb == "RCPT":
                if self.step("rcpt", connection, "250 fine"):
                    receivers.append(word[8:].split(" ")[0].strip("<>"))
            elif verb == "DATA":
                if not self.step("data", connection, "354 go on"):
                    continue
                body = b""
                while (part := lines.readline()) != b".\r\n":
                    if not part:
                        return  # cut off in the middle: no mail
                    body += part[1:] if part.startswith(b".") else part
                time.sleep(self.delay())
                ending = self.answers.get("end", "250 taken")
                if ending.startswith("250") or ending == "drop":
                    with self.lock:
                        self.mails.append((sender, receivers, body))
                self.step("end", connection, "250 taken")
            elif verb == "QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            else:
                connection.sendall(b"250 fine\r\n")


class HttpServer:
    """Keeps posts as (path, headers, body).  `answer` is a function of the number of the post (from 0) that gives
    (status, headers, body), `hang`, `drop` or `endless`."""

    def __init__(self, port=0):
        self.posts = []
        self.answer = lambda number: (204, {}, b"")
        self.delay = lambda: 0
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                try:
                    outer.take(self)
                except (ConnectionError, OSError):
                    self.close_connection = True

            do_GET = do_POST

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            allow_reuse_address = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def take(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        with self.lock:
            number = len(self.posts)
            self.posts.append((handler.path, dict(handler.headers), body))
        answer = self.answer(number)
        time.sleep(self.delay())
        if answer == "hang":
            time.sleep(600)
        if answer == "drop":
            handler.connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionError
        endless = answer == "endless"
        status, headers, content = (200, {}, b"") if endless else answer
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if endless:
            handler.end_headers()
            while True:
                handler.wfile.write(b"x" * 65536)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)
