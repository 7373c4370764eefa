// The page as a whole: headline, tiles, picture, list, what was read; theme and
// keys.
function theme(name) {
  document.documentElement.dataset.theme = name;
  try { localStorage.setItem("sprawl-theme", name); } catch { /* a file may not store anything */ }
}
function firstTheme() {
  try { const t = localStorage.getItem("sprawl-theme"); if (t) return t; } catch { /* as above */ }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

const many = (f) => D.credentials.filter(f).length;
const COUNT = { live: many((c) => c.state === "live"), cross: many((c) => c.cross), prod: many((c) => c.regions.includes("Production")), pub: many((c) => c.regions.includes("Public")) };

function topBar() {
  const logo = s("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, s("path", { d: "M6 6L18 7M6 6L12 18M18 7L12 18", stroke: "currentColor", "stroke-width": 1.6, opacity: 0.5 }),
    [[6, 6, 3.6], [18, 7, 2.8], [12, 18, 3.2]].map(([cx, cy, r]) => s("circle", { cx, cy, r, fill: "var(--red)" })));
  return h("div", { class: "bar" }, h("span", { class: "brand" }, logo, "sprawl"),
    h("span", { class: "where mono", title: D.targets.join(", "), text: D.targets.join(", ") + (D.started ? " · " + day(D.started) : "") }),
    h("button", { type: "button", class: "tool", id: "theme", text: "Light / dark", click: () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark") }),
    h("button", { type: "button", class: "tool", "aria-label": "Keys", text: "?", click: help }));
}

function headline() {
  const n = D.credentials.length;
  if (!n) return D.receipt.complete ? (D.receipt.objects ? ["No credentials found."] : ["There was nothing to read."]) : ["No credentials found in what could be read."];
  if (COUNT.live) return [h("em", { text: plural(COUNT.live, "credential") + (COUNT.live === 1 ? " works" : " work") }), COUNT.cross ? `, ${num(COUNT.cross)} cross a trust boundary.` : "."];
  if (COUNT.cross) return [h("em", { text: plural(COUNT.cross, "credential") + (COUNT.cross === 1 ? " crosses" : " cross") }), " a trust boundary."];
  return [plural(n, "credential") + " found; none crosses a trust boundary."];
}

function tile(n, label, kind, isOn, toggle) {
  const el = h("button", { type: "button", class: "tile " + (n ? kind : "zero"), "aria-pressed": "false", click: () => { toggle(!isOn()); list.box.scrollTop = 0; refresh(); } }, h("span", { class: "n", text: num(n) }), h("span", { class: "l", text: label }));
  el.isOn = isOn;
  return el;
}

function tiles() {
  const n = D.credentials.length;
  const by = (key, value) => [() => list[key] === value, (on) => { list[key] = on ? value : key === "cross" ? false : ""; }];
  return h("div", { class: "tiles", role: "group", "aria-label": "Filters" },
    tile(n, "credentials", "", () => false, clearFilters),
    tile(COUNT.live, "live", "bad", ...by("state", "live")), tile(COUNT.cross, "cross a boundary", "warn", ...by("cross", true)),
    tile(COUNT.prod, "in production", "bad", ...by("region", "Production")), tile(COUNT.pub, "in public", "warn", ...by("region", "Public")),
    tile(many((c) => c.state === "dead"), "dead", "good", ...by("state", "dead")));
}

function banner() {
  if (D.receipt.complete) return "";
  return h("div", { class: "banner", role: "alert" }, h("b", { text: "Incomplete. " }), D.gapCount ? plural(D.gapCount, "thing") + " could not be read: what they hold is not in this report." : "The run was ended before everything was read.");
}

function readCard() {
  const r = D.receipt, items = (all, f) => (all.length ? h("ul", {}, all.map((x) => h("li", { text: f(x) }))) : "");
  return h("section", { class: "card", id: "read" }, h("header", {}, h("h2", { text: "What was read" }), h("span", { class: "hint", text: r.complete ? "Everything that should have been." : "Not everything that should have been." })),
    h("div", { class: "read" }, h("p", { text: r.said }), items(D.notes, (n) => n),
      D.gaps.length ? [h("h3", { text: "Could not be read" }), items(D.gaps, (g) => `${g.what}: ${g.why}`), D.gapCount > D.gaps.length ? h("p", { class: "count", text: `… and ${num(D.gapCount - D.gaps.length)} more` }) : ""] : "",
      D.skips.length ? [h("h3", { text: "Left out on purpose" }), items(D.skips, (k) => `${num(k.n)} × ${k.why}, such as ${k.example}`)] : "",
      h("p", { class: "count", text: `${D.tool} ${D.version}. No secret is in this file, and it asks the network for nothing.` })));
}

const KEYS = [["j k ↓ ↑", "next, previous"], ["Enter", "open"], ["Esc", "close, or clear the filters"], ["/", "search"], ["t", "light or dark"], ["g", "to the picture"], ["?", "these keys"]];
function help() {
  const box = $("help");
  if (!box.hidden) { box.hidden = true; return; }
  box.replaceChildren(h("h3", { text: "Keys" }), h("dl", {}, KEYS.map(([k, t]) => [h("dt", {}, h("kbd", { text: k })), h("dd", { text: t })])));
  box.hidden = false;
}

function keys(e) {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const typing = e.target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName);
  if (e.key === "Escape") {
    if (!$("help").hidden) $("help").hidden = true;
    else if (!$("drawer").hidden) close();
    else { clearFilters(); list.box.focus({ preventScroll: true }); }
    return;
  }
  if (typing && !(e.target === list.search && (e.key === "ArrowDown" || e.key === "Enter"))) return;
  const onButton = e.target instanceof HTMLElement && /^(BUTTON|A|SUMMARY)$/.test(e.target.tagName);
  const act = {
    j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1), PageDown: () => move(8), PageUp: () => move(-8), Home: () => move(-Infinity), End: () => move(Infinity),
    Enter: () => { if (list.at < 0) list.at = 0; current(); if (list.shown[list.at]) open(list.shown[list.at].id, true); },
    "/": () => list.search.focus(), t: () => $("theme").click(), "?": help, g: () => $("crossings").scrollIntoView(),
  }[e.key];
  const inDrawer = !$("drawer").hidden && $("drawer").contains(e.target) && /^(Arrow|Page|Home|End)/.test(e.key);
  if (!act || inDrawer || (onButton && e.key === "Enter")) return;
  e.preventDefault();
  if (typing) list.box.focus({ preventScroll: true });
  act();
}

theme(firstTheme());
$("top").append(topBar());
const credentials = listCard();
$("main").append(banner(), h("h1", { class: "headline" }, headline()), h("p", { class: "sub", text: D.receipt.brief }), tiles(), pictureCard(), credentials, readCard());
refresh();
addEventListener("keydown", keys);
addEventListener("resize", () => { list.from = -1; paintRows(); });
addEventListener("hashchange", () => (location.hash ? open(decodeURIComponent(location.hash.slice(1)), true) : close()));
if (location.hash) open(decodeURIComponent(location.hash.slice(1)), true);
