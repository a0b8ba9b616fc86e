"""The first screen of an HTML report: picture.py REPORT.html PICTURE.png [WIDTH HEIGHT]"""

import os
import sys

from webdriver import Browser

READY = ("return document.readyState == 'complete' && (!document.getElementById('charts') || "
         "document.documentElement.dataset.charts == 'drawn')")


def take(report, picture, width, height):
    with Browser(width=width, height=height) as browser:
        browser.open("file://" + os.path.abspath(report), READY)
        browser.screenshot(picture)


if __name__ == "__main__":
    take(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:5] or (1200, 900)))
