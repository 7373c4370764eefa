// The ranked list. Only the rows in view are nodes, however many there are.
const ROW = 62, OVER = 6;
const list = { q: "", state: "", band: "", issuer: "", region: "", tier: "", cross: false, chosen: null, label: "", sort: "risk", shown: [], at: -1, from: -1, to: 0, rows: new Map() };

const BANDS = ["critical", "high", "medium", "low", "info"];
const SORTS = {
  risk: ["by risk", () => 0],
  places: ["most places", (a, b) => b.count - a.count],
  oldest: ["oldest first", (a, b) => (a.first || "9") < (b.first || "9") ? -1 : (a.first || "9") > (b.first || "9") ? 1 : 0],
  rule: ["by kind", (a, b) => (a.about < b.about ? -1 : a.about > b.about ? 1 : 0)],
};

function filtered() {
  const words = list.q.toLowerCase().split(/\s+/).filter(Boolean);
  const out = D.credentials.filter((c) =>
    (!list.state || c.state === list.state) && (!list.band || BANDS.indexOf(c.band) <= BANDS.indexOf(list.band)) && (!list.issuer || c.issuer === list.issuer) &&
    (!list.region || c.regions.includes(list.region)) && (!list.tier || c.tier === list.tier) && (!list.cross || c.cross) &&
    (!list.chosen || list.chosen.has(c)) && words.every((w) => c.text.includes(w)));
  return list.sort === "risk" ? out : out.sort(SORTS[list.sort][1]);
}

function refresh() {
  const kept = list.shown[list.at];
  list.shown = filtered();
  list.at = kept ? list.shown.indexOf(kept) : -1;
  list.pad.style.height = list.shown.length * ROW + "px";
  list.box.classList.toggle("short", list.shown.length * ROW < 420);
  list.none.hidden = list.shown.length > 0;
  list.count.textContent = list.shown.length === D.credentials.length ? plural(list.shown.length, "credential") : `${num(list.shown.length)} of ${num(D.credentials.length)}`;
  list.clear.hidden = !(list.q || list.state || list.band || list.issuer || list.region || list.tier || list.cross || list.chosen);
  list.label_.textContent = list.chosen ? list.label : "";
  for (const [el, on] of list.marks) el.classList.toggle("on", Boolean(on()));
  for (const t of document.querySelectorAll(".tile")) t.setAttribute("aria-pressed", String(t.isOn()));
  list.box.setAttribute("aria-rowcount", String(list.shown.length));
  list.from = -1;
  paintRows();
}

function paintRows() {
  const from = Math.max(0, Math.floor(list.box.scrollTop / ROW) - OVER);
  const to = Math.min(list.shown.length, Math.ceil((list.box.scrollTop + (list.box.clientHeight || 760)) / ROW) + OVER);
  if (from === list.from && to === list.to) return;
  if (list.from < 0) {
    list.rows.clear();
    list.pad.replaceChildren();
  }
  list.from = from;
  list.to = to;
  for (const [i, el] of list.rows) if (i < from || i >= to) { el.remove(); list.rows.delete(i); }
  for (let i = to - 1, next = null; i >= from; i--) {
    if (!list.rows.has(i)) { list.rows.set(i, row(list.shown[i], i)); list.pad.insertBefore(list.rows.get(i), next); }
    next = list.rows.get(i);
  }
  current();
}

function row(c, i) {
  const el = h("div", { class: "row", id: "row-" + i, role: "row", "aria-rowindex": i + 1, "aria-selected": String(i === list.at), click: () => { list.at = i; current(); open(c.id); } },
    h("div", { class: "risk " + c.band, role: "gridcell" }, h("i"), h("span", {}, String(c.risk), h("small", { text: c.band }))),
    h("div", { class: "what", role: "gridcell" }, h("span", { class: "h", text: c.about }), h("span", { class: "a mono", text: [...new Set([c.hint, c.public, c.account])].filter(Boolean).join("  ") })),
    h("div", { role: "gridcell" }, h("span", { class: "pill " + c.state, text: c.state })),
    h("div", { class: "which", role: "gridcell" }, h("span", { class: "chips" }, c.regions.filter((r) => r !== "Not placed").slice(0, 4).map(chip)), h("span", { class: "w", text: c.cross ? c.cross.why : c.places.length ? c.places[0].p : "" })),
    h("div", { class: "places", role: "gridcell" }, plural(c.count, "place"), c.first ? h("span", { class: "w", text: "since " + c.first.slice(0, 7) }) : ""));
  el.style.top = i * ROW + "px";
  return el;
}

const chip = (name) => h("span", { class: "chip " + regionClass(name), text: name });

// current marks the row that the keys move.
function current() {
  for (const el of list.pad.children) el.setAttribute("aria-selected", String(el.id === "row-" + list.at));
  list.box.setAttribute("aria-activedescendant", list.at >= 0 ? "row-" + list.at : "");
}

function move(by) {
  if (!list.shown.length) return;
  list.at = Math.min(list.shown.length - 1, Math.max(0, list.at + by));
  const top = list.at * ROW, room = list.box.clientHeight;
  if (top < list.box.scrollTop) list.box.scrollTop = top;
  if (top + ROW > list.box.scrollTop + room) list.box.scrollTop = top + ROW - room;
  paintRows();
  current();
  if (!$("drawer").hidden) open(list.shown[list.at].id);
}

// choose lists some credentials: those of a zone or an edge of the picture.
function choose(creds, label) {
  list.chosen = new Set(creds);
  list.label = label;
  refresh();
  list.box.scrollTop = 0;
  $("credentials").scrollIntoView({ block: "start", behavior: "auto" });
  list.box.focus({ preventScroll: true });
}

function clearFilters() {
  Object.assign(list, { q: "", state: "", band: "", issuer: "", region: "", tier: "", cross: false, chosen: null });
  list.search.value = "";
  list.selects.forEach((el) => { el.value = ""; });
  refresh();
}

function select(name, any, options) {
  const el = h("select", { "aria-label": any, id: "by-" + name, change: () => { list[name] = el.value; refresh(); } }, h("option", { value: "", text: any }), options.map(([v, t]) => h("option", { value: v, text: t })));
  list.selects.push(el);
  list.marks.push([el, () => { el.value = list[name]; return list[name]; }]);
  return el;
}

function listCard() {
  list.selects = [];
  list.marks = [];
  const issuers = [...new Set(D.credentials.map((c) => c.issuer).filter(Boolean))].sort();
  const regions = [...new Set(D.credentials.flatMap((c) => c.regions))].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  let waiting = false;
  list.search = h("input", { type: "search", id: "search", placeholder: "Search: kind, path, repository, account, id …   ( / )", "aria-label": "Search", autocomplete: "off", spellcheck: "false", input: () => {
    list.q = list.search.value;
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; list.box.scrollTop = 0; refresh(); });
  } });
  list.count = h("span", { class: "count", id: "count", role: "status" });
  list.label_ = h("span", { class: "hint" });
  list.clear = h("button", { type: "button", class: "more", id: "clear", text: "Clear filters", click: clearFilters });
  list.pad = h("div", { class: "pad", role: "presentation" });
  list.none = h("p", { class: "empty", text: D.credentials.length ? "Nothing matches." : "No credentials were found in what was read." });
  list.box = h("div", { class: "list", id: "list", tabindex: 0, role: "grid", "aria-label": "Credentials, the highest risk first", scroll: paintRows }, list.pad, list.none);
  const sort = h("select", { "aria-label": "Order", id: "sort", change: () => { list.sort = sort.value; refresh(); } }, Object.entries(SORTS).map(([v, [t]]) => h("option", { value: v, text: t })));
  return h("section", { class: "card", id: "credentials" },
    h("header", {}, h("h2", { text: "Credentials" }), list.count, list.label_, list.clear),
    h("div", { class: "filters" }, list.search,
      select("state", "Any state", [["live", "Live"], ["unknown", "Unknown"], ["dead", "Dead"]]),
      select("band", "Any risk", [["critical", "Critical"], ["high", "High and up"], ["medium", "Medium and up"], ["low", "Low and up"]]),
      select("region", "Any zone", regions.map((r) => [r, r])),
      issuers.length > 1 ? select("issuer", "Any issuer", issuers.map((i) => [i, i])) : "",
      select("tier", "Any evidence", [["structured", "Known formats"], ["generic", "Guesses by name"]]), sort),
    list.box);
}
