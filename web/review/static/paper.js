// The document: its pages, where values stand on them, and words that can be clicked.
import { ask } from "../pages/manifold.js";

const SVG = "http://www.w3.org/2000/svg";

export class Paper {
  /** `onWord(text, behind)` is called with a word that was clicked. */
  constructor(item, onWord) {
    this.base = `/review/${item.dataset.request}`;
    this.sheets = document.getElementById("sheets");
    this.onWord = onWord;
    this.zoom = 0;
    this.marks = new Map();
    // Where values were read: near enough until their places on the page as it came are known.
    this.boxes = JSON.parse(item.dataset.boxes).map(([field, page, left, top, right, bottom]) => ({
      field, page, corners: [[left, top], [right, top], [right, bottom], [left, bottom]],
    }));
  }

  async open() {
    if (!this.sheets) return;
    const first = this.sheets.querySelector(".sheet");
    const size = await this.size(first, 1);
    if (!size) return;
    for (let page = 2; page <= size.count; page += 1) {
      const sheet = first.cloneNode();
      sheet.dataset.page = page;
      const image = new Image();
      image.alt = `Page ${page} of the document`;
      image.loading = "lazy";
      image.src = `${this.base}/pages/${page}.png`;
      sheet.append(image);
      this.sheets.append(sheet);
    }
    const label = document.getElementById("page-label");
    const watch = new IntersectionObserver((seen) => {
      for (const each of seen) if (each.isIntersecting) label.textContent = `Page ${each.target.dataset.page} of ${size.count}`;
    }, { root: this.sheets, threshold: 0.4 });
    for (const sheet of this.sheets.children) watch.observe(sheet);
    await this.places(size);
  }

  /** The size of a page in points; the browser has its image already. */
  async size(sheet, page) {
    const answer = await fetch(`${this.base}/pages/${page}.png`, { credentials: "same-origin", headers: { Accept: "image/png, application/problem+json;q=0.9" } });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      const missing = document.createElement("p");
      missing.className = "missing";
      missing.textContent = problem.detail ?? "The document cannot be shown.";
      sheet.replaceChildren(missing);
      return null;
    }
    const [width, height] = answer.headers.get("Page-Size").split(" ").map(Number);
    return { width, height, count: Number(answer.headers.get("Page-Count")) };
  }

  async places(size) {
    const state = document.getElementById("words-state");
    state.textContent = "finding words …";
    this.draw(this.sheets.firstElementChild, size, [], this.boxes.filter((each) => each.page === 1));
    this.show(this.shown);
    try {
      const { words, fields } = await ask(`${this.base}/places`);
      for (const sheet of this.sheets.children) {
        const page = Number(sheet.dataset.page);
        const on = page === 1 ? size : await this.size(sheet, page);
        if (on) this.draw(sheet, on, words.filter((each) => each.page === page), fields.filter((each) => each.page === page));
      }
      state.textContent = "";
      this.show(this.shown);
    } catch (error) {
      state.textContent = error.message;
    }
  }

  draw(sheet, size, words, fields) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const doubtful = new Set([...document.querySelectorAll("[data-doubtful]")].map((each) => each.name));
    for (const field of fields) {
      const mark = polygon(field.corners, 1.5);
      mark.setAttribute("class", doubtful.has(field.field) ? "mark doubt" : "mark");
      this.marks.set(field.field, { mark, sheet });
      svg.append(mark);
    }
    for (const word of words) {
      const place = polygon(word.corners, 0.5);
      place.setAttribute("class", "word");
      const title = document.createElementNS(SVG, "title");
      title.textContent = word.text;
      place.append(title);
      place.addEventListener("mousedown", (event) => {
        event.preventDefault(); // the field keeps the focus
        this.onWord(word.text, event.shiftKey);
      });
      svg.append(place);
    }
    sheet.querySelector("svg")?.remove();
    sheet.append(svg);
  }

  /** Show where a value stands. */
  show(path) {
    this.shown = path;
    for (const { mark } of this.marks.values()) mark.classList.remove("here");
    const found = this.marks.get(path);
    if (!found) return;
    found.mark.classList.add("here");
    const box = found.mark.getBoundingClientRect();
    const view = this.sheets.getBoundingClientRect();
    if (box.top < view.top || box.bottom > view.bottom || box.left < view.left || box.right > view.right) {
      this.sheets.scrollBy({ top: box.top - view.top - view.height / 3, left: box.left - view.left - view.width / 3 });
    }
  }

  scale(step) {
    this.sheets.classList.remove(`zoom-${this.zoom}`);
    this.zoom = Math.max(0, Math.min(3, this.zoom + step));
    this.sheets.classList.add(`zoom-${this.zoom}`);
  }

  turn(step) {
    const view = this.sheets.getBoundingClientRect();
    const pages = [...this.sheets.children];
    const at = pages.findIndex((each) => each.getBoundingClientRect().bottom > view.top + 40);
    pages[at + step]?.scrollIntoView({ block: "start" });
  }
}

function polygon(corners, room) {
  const place = document.createElementNS(SVG, "polygon");
  const middle = corners.reduce(([x, y], [a, b]) => [x + a / corners.length, y + b / corners.length], [0, 0]);
  const out = corners.map(([x, y]) => [x + Math.sign(x - middle[0]) * room, y + Math.sign(y - middle[1]) * room]);
  place.setAttribute("points", out.map((each) => each.join(",")).join(" "));
  return place;
}
