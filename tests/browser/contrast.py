# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether text can be read, as a browser paints it."""

# The ratio of WCAG 2 between the colour of a text and the nearest colour that is painted behind it.
CONTRAST = """element => {
  const channels = text => text.match(/[0-9.]+/g).map(Number);
  const light = text => {
    const [r, g, b] = channels(text).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = element;
  while (channels(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const pair = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(light);
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""

# Of every element that shows a text of its own: the tag, the class, the beginning of the text and the ratio.
ALL_TEXTS = f"""() => [...document.body.querySelectorAll("*")]
  .filter(element => element.checkVisibility() && [...element.childNodes].some(
    node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .map(element => [`${{element.localName}}.${{element.className}}`, element.textContent.trim().slice(0, 20),
    ({CONTRAST})(element)])"""
