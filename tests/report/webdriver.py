"""A browser for tests: chromedriver's plain HTTP protocol over the standard library.

    with Browser(width=1280, height=900) as browser:
        browser.open("file:///…/report.html")
        browser.script("return document.title")

Nothing is fetched, nothing is kept: the browser has an empty profile that is removed with it.
"""

import base64
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

SWITCHES = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--force-color-profile=srgb",
]


def find_programs():
    """(browser, driver), or None where there are none."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser",
                                                   "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Browser:
    """One window. Use it with `with`."""

    def __init__(self, width=1280, height=900, dark=False, script=True):
        self.width, self.height, self.dark, self.with_script = width, height, dark, script
        self.driver = self.session = self.folder = None

    def __enter__(self):
        programs = find_programs()
        self.folder = tempfile.mkdtemp(prefix="payoff-browser-")
        try:
            self.port = free_port()
            self.driver = subprocess.Popen(
                [programs[1], "--port=%d" % self.port, "--log-level=OFF"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=dict(os.environ, HOME=self.folder))
            self._start_session(programs[0])
            self.resize(self.width, self.height)
            self.color_scheme("dark" if self.dark else "light")
            self.allow_scripts(self.with_script)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.session:
            with contextlib.suppress(OSError):
                self._call("DELETE", "")
        if self.driver:
            self.driver.terminate()
            self.driver.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_session(self, program):
        options = {"binary": program,
                   "args": SWITCHES + ["--user-data-dir=" + os.path.join(self.folder, "profile"),
                                       "--window-size=%d,%d" % (self.width, self.height)]}
        wanted = {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}}
        deadline = time.monotonic() + 30
        while True:
            try:
                self.session = self._request("POST", "/session", wanted)["sessionId"]
                return
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            except urllib.error.URLError as error:
                if not isinstance(error.reason, ConnectionRefusedError) \
                        or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _request(self, method, path, body=None):
        request = urllib.request.Request(
            "http://127.0.0.1:%d%s" % (self.port, path), method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()[:2000]) from None

    def _call(self, method, path, body=None):
        return self._request(method, "/session/" + self.session + path, body)

    def devtools(self, command, **parameters):
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def resize(self, width, height):
        """The page's size; a window's frame takes some of its own."""
        self.width, self.height = width, height
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=False)

    def allow_scripts(self, allowed):
        """The page's scripts; what `script` asks needs them too."""
        self.with_script = allowed
        self.devtools("Emulation.setScriptExecutionDisabled", value=not allowed)

    def color_scheme(self, name):
        self.devtools("Emulation.setEmulatedMedia",
                      features=[{"name": "prefers-color-scheme", "value": name}])

    def open(self, url, ready="return document.readyState == 'complete'"):
        self._call("POST", "/url", {"url": url})
        if self.with_script:
            self.wait(ready)

    def wait(self, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not self.script(condition):
            if time.monotonic() > deadline:
                raise TimeoutError(condition)
            time.sleep(0.05)

    def script(self, text, *arguments):
        return self._call("POST", "/execute/sync", {"script": text, "args": list(arguments)})

    def script_async(self, text, *arguments):
        return self._call("POST", "/execute/async", {"script": text, "args": list(arguments)})

    def messages(self):
        """What the console said since the last call."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def requests(self):
        """Every address that a page of a file asked for since the last call, itself included."""
        found = []
        for entry in self._call("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            asked = message["params"]
            if message["method"] == "Network.requestWillBeSent" \
                    and asked["documentURL"].startswith("file:"):
                found.append(re.sub(r"^data:.*", "data:", asked["request"]["url"]))
        return found

    def screenshot(self, path):
        shot = self.devtools("Page.captureScreenshot", format="png",
                             clip={"x": 0, "y": 0, "width": self.width, "height": self.height,
                                   "scale": 1})
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def pdf(self, path):
        """Prints the page; the number of bytes."""
        with open(path, "wb") as file:
            return file.write(base64.b64decode(self.devtools("Page.printToPDF")["data"]))
