#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The status page in a real browser. Usage: status_page.py [path of headwater] [folder for screenshots]

Skipped, with a message, where headless Chromium with its driver or Selenium is not installed: `.ci/install everything`
installs them, and .build/browser/bin/python3 has Selenium then.
"""
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

try:
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    sys.exit(print("status_page: skipped, Selenium is not installed (.ci/install everything)"))

DRIVER = shutil.which("chromedriver")
if not DRIVER or not shutil.which("chromium"):
    sys.exit(print("status_page: skipped, Chromium is not installed (.ci/install everything)"))

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADWATER = str(pathlib.Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else str(ROOT / ".build/debug/headwater")
SHOTS = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
# The pages that PRStatusTests write of federations that nobody has to run.
PAGES = ROOT / ".build/pages"
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


class Node:
    """A `headwater serve` with its page."""

    def __init__(self, folder, name, *options):
        command = [HEADWATER, "serve", "--listen", "tcp://127.0.0.1:0", "--status", "0", "--log-level", "error",
                   "--database", f"{folder}/{name}.sqlite3", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        lines = iter(self.process.stdout.readline, "")
        self.server = next(lines).split()[-1]
        self.page = next(line for line in lines if line.startswith("status on ")).split()[-1]

    def get(self, version, checksum):
        subprocess.run([HEADWATER, "get", "--server", self.server, version, "core2-64", checksum],
                       check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(20) == 0


def browser(width, scheme, script=True):
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    if not script:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                           {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
    return driver


def wait(what, condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.02)


def check_log(driver, page):
    errors = [entry["message"] for entry in driver.get_log("browser")]
    assert errors == [], errors
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            assert url.startswith((page, "data:", "chrome:", "about:")), f"a request went elsewhere: {url}"


def check_basics(driver):
    """What a page owes to those who cannot see it or use no mouse."""
    problems = driver.execute_script("""
      const bad = [];
      for (const input of document.querySelectorAll('input'))
        if (!input.labels.length) bad.push('an input without a label');
      for (const svg of document.querySelectorAll('svg'))
        if (!svg.getAttribute('aria-label') && svg.getAttribute('aria-hidden') !== 'true') bad.push('a picture without words');
      for (const table of document.querySelectorAll('table'))
        if (!table.querySelector('th[scope]')) bad.push('a table without headings');
      const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
      if (new Set(ids).size !== ids.length) bad.push('an id twice');
      let last = 0;
      for (const heading of document.querySelectorAll('h1,h2,h3')) {
        const level = +heading.tagName[1];
        if (level > last + 1) bad.push('a heading level is left out: ' + heading.textContent);
        last = level;
      }
      if (document.documentElement.scrollWidth > innerWidth) bad.push('it is wider than the window');
      return bad;""")
    assert problems == [], problems
    driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert driver.switch_to.active_element.get_attribute("class") == "skip", "the first stop leads to the figures"


def look(node, width, scheme):
    driver = browser(width, scheme)
    try:
        driver.get(node.page)
        wait("live", lambda: driver.find_element(By.ID, "live").text == "live", 10)
        started = time.monotonic()
        node.get("fresh-1.0-r0", f"sum-{scheme}-{width}")
        asked = time.monotonic()
        wait("a new allocation", lambda: f"sum-{scheme}-{width}" in driver.find_element(By.ID, "rows").text, 1)
        print(f"status_page: {width} {scheme}: shown {time.monotonic() - asked:.2f} s after it was answered")
        assert driver.title.startswith("Headwater"), "no script of a package's ran"
        check_basics(driver)
        box = driver.find_element(By.ID, "q")
        box.send_keys("script", Keys.ENTER)
        wait("found", lambda: driver.find_elements(By.CSS_SELECTOR, "#find article"), 10)
        assert HOSTILE in driver.find_element(By.CSS_SELECTOR, "#find article").text
        assert driver.title.startswith("Headwater"), "no script of a package's ran"
        if SHOTS:
            shoot(driver, f"status-{scheme}-{width}", width)
        check_log(driver, node.page)
    finally:
        driver.quit()


def look_without_script(node):
    driver = browser(1280, "light", script=False)
    try:
        driver.get(node.page + "/?q=busybox")
        text = driver.find_element(By.TAG_NAME, "body").text
        assert "the package's first value" in text and "reload for fresh figures" in text, text
    finally:
        driver.quit()


class MadeUp(http.server.BaseHTTPRequestHandler):
    """Pages as files, under the policy of the server's own answers."""

    def do_GET(self):
        file = PAGES / self.path.strip("/")
        if self.path == "/events":
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
        elif file.suffix == ".html" and file.is_file():
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy",
                             "default-src 'none'; style-src 'nonce-NONCE'; script-src 'nonce-NONCE'; "
                             "connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
            self.end_headers()
            self.wfile.write(file.read_bytes())
        else:
            self.send_error(404)

    def log_message(self, *_):
        pass


def check_federation(driver, width):
    """Names are whole or end in an ellipsis, nothing is cut off, and on a phone the table is a list."""
    problems = driver.execute_script("""
      const bad = [];
      const section = document.getElementById('federation');
      const tree = section.querySelector('.tree');
      const isShown = getComputedStyle(tree).display !== 'none';
      if (isShown === (innerWidth <= 560)) bad.push('the picture is there on a phone, or missing elsewhere');
      if (isShown) for (const member of section.querySelectorAll('g.member')) {
        const box = member.querySelector('rect').getBoundingClientRect();
        for (const text of member.querySelectorAll('text')) {
          const place = text.getBoundingClientRect();
          if (text.textContent && (place.right > box.right - 4 || place.bottom > box.bottom || place.top < box.top))
            bad.push('outside of its box: ' + text.textContent);
        }
      }
      const table = section.querySelector('table');
      if (table.scrollWidth > table.parentElement.clientWidth) bad.push('the table is wider than its box');
      for (const words of section.querySelectorAll('td[data-label=state] > span'))
      {
        const text = document.createRange();
        text.selectNodeContents(words);
        const lines = text.getClientRects().length;
        if (lines > 4 || lines > words.textContent.split(' ').length)
          bad.push('in ' + lines + ' lines: ' + words.textContent);
      }
      for (const cell of section.querySelectorAll('tbody th, tbody td')) {
        if (getComputedStyle(cell).display === 'none') continue;
        if (cell.scrollWidth > cell.clientWidth + 1) bad.push('cut off: ' + cell.textContent);
      }
      const sizes = [...section.querySelectorAll('tbody *, text')].map(e => getComputedStyle(e).fontSize);
      if (Math.min(...sizes.map(parseFloat)) < 11) bad.push('smaller than 11 px');
      return bad;""")
    assert problems == [], (width, problems[:10])


def look_at_federations():
    files = sorted(PAGES.glob("federation-*.html"), key=lambda file: int(re.sub(r"\D", "", file.name)))
    if not files:
        return print("status_page: made-up federations are skipped; to have them: "
                     "HEADWATER_PAGES=.build/pages swift test --filter FederationPageTests")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), MadeUp)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = f"http://127.0.0.1:{server.server_port}"
    for file in files:
        count = int(re.sub(r"\D", "", file.name))
        for width in (1280, 800, 390):
            for scheme in ("light", "dark"):
                driver = browser(width, scheme)
                try:
                    driver.get(f"{page}/{file.name}")
                    assert len(driver.find_elements(By.CSS_SELECTOR, "#federation tbody tr")) == count
                    check_federation(driver, width)
                    check_basics(driver)
                    if SHOTS:
                        shoot(driver, f"{file.stem}-{scheme}-{width}", width, "federation")
                    check_log(driver, page)
                finally:
                    driver.quit()
    server.shutdown()


def look_at_members(folder):
    """A federation that runs: a member that joins appears on the open page, and its name leads to its own page."""
    def tool(*arguments, at):
        return subprocess.run([HEADWATER, *arguments], cwd=at, check=True, capture_output=True, text=True).stdout

    def free_port():
        import socket
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    hq, site = (pathlib.Path(folder) / name for name in ("hq", "site"))
    hq.mkdir()
    site.mkdir()
    address = f"127.0.0.1:{free_port()}"
    tool("federation", "create", "--name", "hq.example", "--address", address, at=hq)
    top = Node(hq, "prserv", "--listen", f"tls://{address}")
    driver = browser(1280, "light")
    try:
        driver.get(top.page)
        wait("live", lambda: driver.find_element(By.ID, "live").text == "live", 10)
        line = next(line for line in tool("invite", "pune", at=hq).splitlines() if "headwater join " in line).split()
        wait("the invitation", lambda: "invited" in driver.find_element(By.ID, "federation").text, 10)
        tool(*line[1:], at=site)
        below = Node(site, "prserv")
        link = lambda: driver.find_elements(By.CSS_SELECTOR, "#federation tbody th a")
        wait("the member", lambda: [a.get_attribute("href") for a in link()] == [below.page + "/"], 20)
        check_federation(driver, 1280)
        link()[0].click()
        wait("its own page", lambda: "this node" in driver.find_element(By.ID, "federation").text
             and driver.current_url.startswith(below.page), 10)
        here = driver.find_element(By.CSS_SELECTOR, "#federation g.here .name").text
        assert here == "pune", here
        below.stop()
    finally:
        driver.quit()
    top.stop()


def shoot(driver, name, width, part=None):
    """A picture of the page, or from the top of one part of it."""
    top, height = driver.execute_script(
        "const box = document.getElementById(arguments[0] || 'main').getBoundingClientRect();"
        "return arguments[0] ? [box.top, box.height] : [0, document.documentElement.scrollHeight]", part)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": int(min(top + height, 3000)), "deviceScaleFactor": 1, "mobile": width < 500})
    driver.execute_script("scrollTo(0, arguments[0])", top)
    driver.save_screenshot(str(SHOTS / f"{name}.png"))


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = Node(folder, "root")
        leaf = Node(folder, "leaf", "--upstream", root.server.removeprefix("tcp://"))
        leaf.get("busybox-1.36.1-r0", "a" * 64)
        leaf.get("busybox-1.36.1-r0", "b" * 64)
        leaf.get(HOSTILE, "c" * 64)
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                look(leaf, width, scheme)
        look_without_script(leaf)
        leaf.stop()
        root.stop()
        look_at_members(folder)
    look_at_federations()
    print("status_page: passed")


main()
