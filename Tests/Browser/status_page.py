#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The status page in a real browser. Usage: status_page.py [path of headwater] [folder for screenshots]

Skipped, with a message, where headless Chromium with its driver or Selenium is not installed: `.ci/install everything`
installs them, and .build/browser/bin/python3 has Selenium then.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
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
HEADWATER = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / ".build/debug/headwater")
SHOTS = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


class Node:
    """A `headwater serve` with its page."""

    def __init__(self, folder, name, *options):
        command = [HEADWATER, "serve", "--listen", "tcp://127.0.0.1:0", "--status", "0", "--log-level", "error",
                   "--database", f"{folder}/{name}.sqlite3", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.server = self.process.stdout.readline().split()[-1]
        self.page = self.process.stdout.readline().split()[-1]

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
    import json
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
            height = driver.execute_script("return document.documentElement.scrollHeight")
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": min(height, 3000), "deviceScaleFactor": 1, "mobile": width < 500})
            driver.save_screenshot(str(SHOTS / f"status-{scheme}-{width}.png"))
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
    print("status_page: passed")


main()
