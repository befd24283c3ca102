"use strict";
// Tables sort by a click on a heading or by Enter on it; the contents mark the section in view.

function sortKey(cell) {
  const text = (cell.firstChild ? cell.firstChild.textContent : "").trim();
  const found = text.replace("\u2212", "-").match(/^[+-]?\d+(\.\d+)?/);
  return { text, number: found ? Number(found[0]) : NaN, empty: text === "" || text === "\u2013" };
}

function compare(a, b, numeric) {
  return numeric ? a.number - b.number : a.text.localeCompare(b.text, "en", { numeric: true });
}

function sortTable(table, column, direction) {
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, key: sortKey(row.cells[column]) }));
  const filled = rows.filter(({ key }) => !key.empty);
  const numeric = filled.every(({ key }) => !Number.isNaN(key.number));
  filled.sort((a, b) => direction * compare(a.key, b.key, numeric));
  const empty = rows.filter(({ key }) => key.empty);
  table.tBodies[0].append(...[...filled, ...empty].map(({ row }) => row));
}

function makeSortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const ascending = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sortTable(table, column, ascending ? 1 : -1);
    });
  });
}

function markSection() {
  const links = new Map(
    [...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]),
  );
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        for (const link of links.values()) link.removeAttribute("aria-current");
        links.get(target.id)?.setAttribute("aria-current", "true");
      }
    },
    { rootMargin: "-10% 0px -80% 0px" },
  );
  document.querySelectorAll("main section").forEach((section) => watcher.observe(section));
}

document.querySelectorAll("main table").forEach((table) => {
  if (table.tBodies[0].rows.length > 1) makeSortable(table);
});
markSection();
if (matchMedia("(max-width: 62rem)").matches) document.querySelector("nav details").open = false;
