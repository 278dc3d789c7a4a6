# ruff: noqa: E501
"""What keeps a page from people who see little, hear it, or use a keyboard only (WCAG 2.2 AA).

Looked at as the browser has drawn it: contrast of all text (1.4.3), names of what can be used
(4.1.2, 1.3.1), language, title and headings (3.1.1, 2.4.2, 1.3.1), identifiers that are unique.
"""

from playwright.sync_api import Page

_FAULTS = """
() => {
  const faults = [];
  const channel = (part) => { part /= 255; return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = (text) => { const p = text.match(/[\\d.]+/g).map(Number); return [p[0], p[1], p[2], p[3] ?? 1]; };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found[3] > 0) layers.push(found);
      if (found[3] === 1) break;
    }
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    let result = dark ? [18, 18, 18] : [255, 255, 255];
    for (const layer of layers.reverse()) result = over(layer, result);
    return result;
  };
  const seen = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !element.closest("[aria-hidden=true], .hidden-text, .skip");
  const named = (element) => element.outerHTML.slice(0, 120).replace(/\\s+/g, " ");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const looked = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || looked.has(element) || !seen(element)) continue;
    looked.add(element);
    if (element.closest(":disabled, option, title, svg, script, noscript")) continue;
    const style = getComputedStyle(element);
    const under = ground(element);
    const lights = [light(over(colour(style.color), under)), light(under)].sort((a, b) => b - a);
    const ratio = (lights[0] + 0.05) / (lights[1] + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) faults.push(`contrast ${ratio.toFixed(2)}: ${named(element)}`);
  }
  for (const element of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!seen(element)) continue;
    const label = element.ariaLabel || element.labels?.[0]?.textContent.trim() || element.getAttribute("aria-labelledby");
    if (!label) faults.push(`no label: ${named(element)}`);
  }
  for (const element of document.querySelectorAll("a[href], button, summary, [role=region]")) {
    if (!seen(element)) continue;
    if (!(element.ariaLabel || element.textContent.trim() || element.querySelector("img[alt]:not([alt=''])"))) faults.push(`no name: ${named(element)}`);
  }
  for (const image of document.querySelectorAll("img:not([alt])")) faults.push(`no alternative: ${named(image)}`);
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  for (const id of new Set(ids.filter((each, at) => ids.indexOf(each) !== at))) faults.push(`twice: #${id}`);
  for (const element of document.querySelectorAll("[aria-describedby], [aria-labelledby]"))
    for (const id of (element.getAttribute("aria-describedby") ?? element.getAttribute("aria-labelledby")).split(" "))
      if (!document.getElementById(id)) faults.push(`refers to nothing: ${named(element)}`);
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title) faults.push("no title");
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  if (!document.querySelector("main")) faults.push("no main");
  for (const row of document.querySelectorAll("thead th:not([scope])")) faults.push(`no scope: ${named(row)}`);
  return faults;
}
"""


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it is shown now."""
    found: list[str] = page.evaluate(_FAULTS)
    return found
