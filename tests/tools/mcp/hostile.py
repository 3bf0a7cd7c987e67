"""An MCP server that misbehaves when its only tool is called, or its tools are listed: `python hostile.py HOW`."""

import json
import os
import subprocess
import sys
import time

HOW = sys.argv[1]
SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}}
TOOL = {"name": "act", "description": "Acts.", "inputSchema": SCHEMA}


def send(message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def list_tools():
    if HOW == "many":
        return {"tools": [TOOL | {"name": f"act{number}"} for number in range(500)]}
    if HOW == "endless list":
        return {"tools": [TOOL], "nextCursor": "more"}
    if HOW == "long":
        return {"tools": [TOOL | {"description": "x" * 10_000}, TOOL | {"name": "with \u00e4 in it" * 12}]}
    if HOW == "bad schemas":
        schemas = {
            "large": SCHEMA | {"description": "x" * 30_000},
            "wrong": {"type": "object", "properties": {"text": {"type": "strange"}}},
            "elsewhere": {"type": "object", "properties": {"text": {"$ref": "https://example.com/schema"}}},
            "odd": {"type": "object", "properties": {"a name with spaces": {}}},
            "either": {"type": "object", "anyOf": [{}]},
            "nul": {"type": "object", "description": "\0"},
        }
        return {"tools": [TOOL, *({**TOOL, "name": name, "inputSchema": schema} for name, schema in schemas.items())]}
    if HOW == "no list":
        return {"tools": "none"}
    return {"tools": [TOOL]}


def call_tool(number):
    def answer(*content, **more):
        send({"id": number, "result": {"content": content, **more}})

    if HOW == "slow":
        time.sleep(60)
    elif HOW == "stubborn":
        subprocess.Popen(["sleep", "76.5"])
        import signal

        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(76)
    elif HOW == "dead":
        os._exit(1)
    elif HOW == "flood":
        while True:
            send({"method": "notifications/message", "params": {"level": "info", "data": "x"}})
    elif HOW == "endless line":
        while True:
            sys.stdout.write("x" * 100_000)
    elif HOW == "lie":
        send({"id": number, "result": {"content": 7}})
    elif HOW == "refuse":
        send({"id": number, "error": {"code": 1, "message": f"No,\n{os.environ.get('TOKEN')} {'x' * 1000}"}})
    elif HOW == "echo":
        answer({"type": "text", "text": f"Your token is {os.environ.get('TOKEN')}.\0"})
    elif HOW == "broken image":
        answer({"type": "image", "data": "iVBORw0KGgo=", "mimeType": "image/png"})
    elif HOW == "structured":
        answer(structuredContent={"weather": "fine"})
    elif HOW == "noise":
        print("Starting …", flush=True)
        answer({"type": "text", "text": "Done."})


for line in sys.stdin:
    request = json.loads(line)
    match request["method"]:
        case "initialize":
            info = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}}
            send({"id": request["id"], "result": info | {"serverInfo": {"name": "hostile", "version": "1"}}})
        case "tools/list":
            send({"id": request["id"], "result": list_tools()})
        case "tools/call":
            call_tool(request["id"])
        case method if not method.startswith("notifications/"):
            send({"id": request["id"], "error": {"code": -32601, "message": "Unknown method"}})
