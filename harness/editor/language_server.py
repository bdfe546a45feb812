"""A small editor: it speaks the language server protocol to the YAML language server over pipes."""

import json
import os
import select
import subprocess
import time

SERVER = "node_modules/yaml-language-server/out/server/src/server.js"
ANSWER_S = 60


class Editor:
    """One server with open documents; a context manager. `folder`: where harness/npm.sh has installed the server."""

    def __init__(self, folder: str, settings: dict):
        self.settings = settings
        self.process = subprocess.Popen(["node", os.path.join(folder, SERVER), "--stdio"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        self.input = b""
        self.last_id = 0
        self.diagnostics = {}
        self.ask("initialize", {"processId": os.getpid(), "rootUri": None, "workspaceFolders": None, "capabilities": {
            "textDocument": {"completion": {"completionItem": {"snippetSupport": True}}, "hover": {"contentFormat": ["markdown"]}},
            "workspace": {"configuration": True}}})
        self.send({"method": "initialized", "params": {}})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def send(self, message: dict) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def receive(self, until_s: float) -> dict:
        """The next message of the server. Raises TimeoutError."""
        while True:
            head, found, rest = self.input.partition(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length:")[2].split()[0]) if found else 0
            if found and len(rest) >= size:
                self.input = rest[size:]
                return json.loads(rest[:size])
            if not select.select([self.process.stdout], [], [], max(0, until_s - time.monotonic()))[0]:
                raise TimeoutError("the language server does not answer")
            more = os.read(self.process.stdout.fileno(), 1 << 16)
            if not more:
                raise TimeoutError("the language server has ended")
            self.input += more

    def take(self, message: dict) -> None:
        """What the server asks or tells by itself."""
        if message.get("method") == "workspace/configuration":
            result = [self.settings.get(item.get("section")) for item in message["params"]["items"]]
            self.send({"id": message["id"], "result": result})
        elif message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            self.send({"id": message["id"], "result": None})

    def ask(self, method: str, parameters: dict):
        """The server's answer."""
        self.last_id += 1
        self.send({"id": self.last_id, "method": method, "params": parameters})
        until_s = time.monotonic() + ANSWER_S
        while True:
            message = self.receive(until_s)
            if message.get("id") == self.last_id and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self.take(message)

    def open(self, uri: str, text: str) -> None:
        self.diagnostics.pop(uri, None)
        self.send({"method": "textDocument/didOpen", "params": {
            "textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}})

    def mistakes(self, uri: str, text: str) -> list[tuple[int, str]]:
        """What the server marks in a document: line from 1, message."""
        self.open(uri, text)
        until_s = time.monotonic() + ANSWER_S
        while uri not in self.diagnostics:
            self.take(self.receive(until_s))
        return [(mark["range"]["start"]["line"] + 1, mark["message"]) for mark in self.diagnostics[uri]]

    def at_cursor(self, method: str, uri: str, text: str):
        """Asked at the place of the one | in the text, which is not part of it."""
        before, _, after = text.partition("|")
        self.open(uri, before + after)
        return self.ask(method, {"textDocument": {"uri": uri}, "position": {
            "line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}})

    def completions(self, uri: str, text: str) -> dict[str, str]:
        """What is offered at the cursor: label to description."""
        offered = self.at_cursor("textDocument/completion", uri, text)

        def words(item):
            text = item.get("documentation") or ""
            return text if isinstance(text, str) else text["value"]
        return {item["label"]: words(item) for item in offered["items"]}

    def hover(self, uri: str, text: str) -> str:
        """The markdown shown for the word at the cursor, without escapes."""
        shown = self.at_cursor("textDocument/hover", uri, text)
        contents = shown["contents"] if shown else ""
        text = contents if isinstance(contents, str) else contents["value"]
        return text.replace("\\", "").replace("&nbsp;", " ")
