# Copyright: (c) 2026, the imanage.control_center authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether text can be read, as a browser paints it."""

# The ratio of WCAG 2 between the colour of a text and what is painted behind it, where a colour may shine through.
CONTRAST = """element => {
  const channels = text => text.match(/[0-9.]+/g).map(Number);
  const over = (below, [r, g, b, a = 1]) => [r, g, b].map((v, index) => v * a + (below[index] ?? 255) * (1 - a));
  const light = colour => {
    const [r, g, b] = colour.map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const layers = [];
  for (let one = element; one; one = one.parentElement) layers.unshift(channels(getComputedStyle(one).backgroundColor));
  const behind = layers.reduce(over, []);
  const pair = [over(behind, channels(getComputedStyle(element).color)), behind].map(light);
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""

# Of every element that shows a text of its own: the tag, the class, the beginning of the text and the ratio.
ALL_TEXTS = f"""() => [...document.body.querySelectorAll("*")]
  .filter(element => element.checkVisibility() && [...element.childNodes].some(
    node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .map(element => [`${{element.localName}}.${{element.className}}`, element.textContent.trim().slice(0, 20),
    ({CONTRAST})(element)])"""
