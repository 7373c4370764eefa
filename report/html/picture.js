// The picture of crossings: zones are regions, and what lies in several of them
// joins these. Credentials that join the same two are one edge with a number.
const SVG = { width: 1180, gap: 26, boxH: 104, top: 24 };
const picture = { dim: "env", el: null };

function zoneName(place, dim) {
  if (dim === "env") return regionOf(place);
  const v = dim === "unit" ? facet(place.zone, "unit") || D.targets[place.t] : facet(place.zone, dim);
  if (!v) return "Not known";
  return (NAMES[dim] || {})[v] || v;
}

// crossesBy reports whether c's crossing is one that a picture by dim shows.
const PICTURED = { env: ["env", "exposure", "home", "custody"] };
const crossesBy = (c, dim) => c.cross && (PICTURED[dim] || [dim]).some((f) => c.cross.facets.includes(f));

// edgesBy groups the crossing credentials by the pairs of regions that they join.
function edgesBy(dim) {
  const regions = new Map(), edges = new Map();
  const region = (name) => {
    if (!regions.has(name)) regions.set(name, { name, creds: [], units: new Set(), live: 0, alone: 0 });
    return regions.get(name);
  };
  for (const c of D.credentials) {
    if (!crossesBy(c, dim)) continue;
    const names = [...new Set(c.places.map((p) => zoneName(p, dim)))];
    const known = names.filter((n) => n !== "Not known" && n !== "Not placed");
    const home = dim === "env" && c.home ? facet(c.home, "env") : "";
    const joined = known.length > 1 || (home && !known.includes(envName(home))) || (known.includes("Public") && dim === "env");
    if (!joined) continue;
    if (home && !known.includes(envName(home)) && c.cross.facets.includes("home")) known.push(envName(home));
    known.sort((a, b) => rank(b) - rank(a) || (a < b ? -1 : 1));
    for (const name of known) {
      const r = region(name);
      r.creds.push(c);
      if (c.state === "live") r.live++;
      if (known.length === 1) r.alone++;
      for (const p of c.places) if (r.units.size < 40 && zoneName(p, dim) === name) r.units.add(facet(p.zone, "unit") || p.p.split("/").slice(0, 2).join("/"));
    }
    for (const name of known.slice(1)) {
      const key = known[0] + "\n" + name;
      if (!edges.has(key)) edges.set(key, { from: known[0], to: name, creds: [], home: !names.includes(name) || !names.includes(known[0]) });
      edges.get(key).creds.push(c);
    }
  }
  return { regions, edges: [...edges.values()] };
}

// merged keeps the busiest regions and makes one of the others, so that a
// thousand repositories are still a picture.
function merged(dim) {
  const all = edgesBy(dim);
  const names = [...all.regions.values()].sort((a, b) => b.creds.length - a.creds.length).map((r) => r.name);
  if (names.length <= 12) return all;
  const keep = new Set(names.slice(0, 11)), other = num(names.length - 11) + " others";
  const out = { regions: new Map(), edges: new Map() }, to = (n) => (keep.has(n) ? n : other);
  for (const r of all.regions.values()) {
    const m = out.regions.get(to(r.name)) || { name: to(r.name), creds: [], units: new Set(), live: 0, alone: 0 };
    m.creds = [...new Set([...m.creds, ...r.creds])];
    m.live = m.creds.filter((c) => c.state === "live").length;
    m.alone += r.alone;
    r.units.forEach((u) => m.units.size < 40 && m.units.add(u));
    out.regions.set(m.name, m);
  }
  for (const e of all.edges) {
    const a = to(e.from), b = to(e.to);
    if (a === b) continue;
    const key = a < b ? a + "\n" + b : b + "\n" + a;
    const m = out.edges.get(key) || { from: a, to: b, creds: [], home: e.home };
    m.creds = [...new Set([...m.creds, ...e.creds])];
    out.edges.set(key, m);
  }
  return { regions: out.regions, edges: [...out.edges.values()] };
}

// rowsOf lays regions out: public on top, environments from the desk to
// production, other places below.
function rowsOf(regions, dim) {
  const names = [...regions.keys()];
  const spread = (list) => { const rows = []; for (let i = 0; i < list.length; i += 6) rows.push(list.slice(i, i + 6)); return rows; };
  if (dim !== "env") return spread(names.sort((a, b) => (a === "Public" ? -1 : b === "Public" ? 1 : regions.get(b).creds.length - regions.get(a).creds.length)));
  const env = names.filter((n) => n !== "Public" && (rank(n) < 50 || / or /.test(n))).sort((a, b) => rank(b) - rank(a));
  const rest = names.filter((n) => n !== "Public" && !env.includes(n)).sort();
  return [names.filter((n) => n === "Public"), ...spread(env), ...spread(rest)].filter((r) => r.length);
}

function worst(creds) {
  return creds.some((c) => c.state === "live") ? "live" : creds.some((c) => c.state !== "dead") ? "unknown" : "dead";
}

function drawPicture() {
  const g = merged(picture.dim), rows = rowsOf(g.regions, picture.dim), at = new Map();
  const rowOf = new Map(rows.flatMap((r, i) => r.map((n) => [n, i])));
  const arcs = rows.map((_, i) => Math.max(0, ...g.edges.filter((e) => rowOf.get(e.from) === i && rowOf.get(e.to) === i).map((e) => Math.abs(rows[i].indexOf(e.from) - rows[i].indexOf(e.to)))));
  let y = SVG.top;
  rows.forEach((row, i) => {
    y += (i ? 74 : 0) + (arcs[i] ? 16 + arcs[i] * 26 : 0);
    const pub = row.length === 1 && row[0] === "Public";
    const w = pub ? SVG.width - 8 : Math.min(330, (SVG.width - 8 - SVG.gap * (row.length - 1)) / row.length);
    const left = (SVG.width - w * row.length - SVG.gap * (row.length - 1)) / 2;
    row.forEach((n, k) => at.set(n, { x: left + k * (w + SVG.gap), y, w, h: pub ? 74 : SVG.boxH, row: i, col: k, ports: { top: [], bottom: [] } }));
    y += pub ? 74 : SVG.boxH;
  });
  const svg = s("svg", { viewBox: `0 0 ${SVG.width} ${y + 14}`, role: "group", "aria-label": "Zones, and the credentials that lie in several of them" }, stripes());
  const lines = g.edges.map((e) => drawEdge(e, at));
  svg.append(...place(lines, at), ...[...g.regions.values()].map((r) => drawRegion(r, at.get(r.name))), ...lines.map((l) => l.badge));
  picture.el.replaceChildren(g.regions.size ? svg : h("p", { class: "empty", text: "Nothing crosses by this measure." }));
}

function stripes() {
  return s("defs", {}, s("pattern", { id: "stripes", width: 16, height: 16, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    s("rect", { class: "stripe-a", width: 16, height: 16 }), s("rect", { class: "stripe-b", width: 5, height: 16, opacity: 0.55 })));
}

// drawEdge decides on which side of its boxes an edge ends.
function drawEdge(e, at) {
  const a = at.get(e.from), b = at.get(e.to), line = { e, a, b, arc: a.row === b.row };
  const [sa, sb] = line.arc ? ["top", "top"] : a.row < b.row ? ["bottom", "top"] : ["top", "bottom"];
  a.ports[sa].push({ line, end: "p", other: b.x + b.w / 2 });
  b.ports[sb].push({ line, end: "q", other: a.x + a.w / 2 });
  return line;
}

// place gives every end a port of its own, in the order of the other ends, so
// that edges of one box don't cross, and returns the paths.
function place(lines, at) {
  for (const box of at.values()) {
    for (const side of ["top", "bottom"]) {
      const ports = box.ports[side].sort((m, n) => m.other - n.other);
      ports.forEach((p, i) => {
        const wide = box.w > 700, mid = Math.min(Math.max(p.other, box.x + 30), box.x + box.w - 30);
        p.line[p.end] = { x: wide ? mid : box.x + (box.w * (i + 1)) / (ports.length + 1), y: side === "top" ? box.y : box.y + box.h };
      });
    }
  }
  const most = Math.max(8, ...lines.map((l) => l.e.creds.length));
  return lines.map((l) => {
    const { p, q } = l, n = l.e.creds.length, width = 1.5 + 6.5 * Math.sqrt(n / most);
    const up = l.arc ? 26 + Math.abs(l.a.col - l.b.col) * 26 : 0;
    const mid = (p.y + q.y) / 2;
    const d = l.arc ? `M${p.x} ${p.y}C${p.x} ${p.y - up * 1.2} ${q.x} ${q.y - up * 1.2} ${q.x} ${q.y}` : `M${p.x} ${p.y}C${p.x} ${mid} ${q.x} ${mid} ${q.x} ${q.y}`;
    const cls = "edge " + worst(l.e.creds) + (l.e.home ? " home" : "");
    const high = p.y < q.y ? p : q; // a number between rows stands near the upper one, out of the arcs' way
    const x = l.arc ? (p.x + q.x) / 2 : high.x + (high === p ? q.x - p.x : p.x - q.x) * 0.1, y = l.arc ? p.y - up * 0.9 : high.y + 26;
    const live = l.e.creds.filter((c) => c.state === "live").length;
    const label = `${plural(n, "credential")} in ${l.e.from} and ${l.e.to}` + (live ? `, ${live} live` : "");
    const show = () => choose(l.e.creds, label);
    const w = 15 + String(n).length * 9;
    l.badge = s("g", { class: cls, tabindex: 0, role: "button", "aria-label": label, click: show, keydown: pressed(show) },
      s("title", { text: label }), s("rect", { class: "badge", x: x - w / 2, y: y - 11, width: w, height: 22, rx: 11 }), s("text", { x, y: y + 4.5, text: num(n) }));
    return s("g", { class: cls, click: show, "aria-hidden": "true" }, s("path", { d, "stroke-width": width }), s("path", { d, class: "hit" }));
  });
}

const pressed = (f) => (e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); e.stopPropagation(); f(); } };
const clip = (text, n) => (text.length > n ? "…" + text.slice(text.length - n + 1) : text);

function drawRegion(r, b) {
  const wide = b.w > 700, label = `${r.name}: ${plural(r.creds.length, "crossing credential")}`;
  const show = () => choose(r.creds, "in " + r.name);
  const room = Math.floor((b.w - 26) / 7.2);
  const units = [...r.units].filter(Boolean);
  const more = units.length > 2 ? " +" + (units.length - 2) : "";
  const x = b.x + 14;
  const counts = plural(r.creds.length, "credential") + (r.alone ? ` · ${r.alone === r.creds.length ? "all" : r.alone} only here` : "");
  return s("g", { class: "region " + regionClass(r.name), tabindex: 0, role: "button", "aria-label": label, click: show, keydown: pressed(show) },
    s("title", { text: label }), s("rect", { class: "box", x: b.x, y: b.y, width: b.w, height: b.h, rx: 12 }),
    s("text", { class: "rname", x, y: b.y + 27, text: clip(r.name, Math.floor(room * 0.85)) + (r.name === "Public" ? " — everybody can read it" : "") }),
    s("text", { class: "rcount", x, y: b.y + 47, text: counts }),
    r.live ? s("text", { class: "rlive", x: wide ? b.x + 300 : x, y: b.y + (wide ? 47 : 64), text: `${r.live} live` }) : "",
    units.length && !(wide && b.h < 60) ? s("text", { class: "runit", x, y: b.y + (wide ? 64 : 84), text: clip(units.slice(0, wide ? 4 : 1).join("   "), room) + (wide ? more : units.length > 1 ? ` +${units.length - 1}` : "") }) : "");
}

// dims are the facets by which something crosses, with how many credentials do.
function dims() {
  const out = [];
  for (const dim of ["env", "custody", "unit", "tenant", "party", "protection", "cluster", "namespace", "workload", "team"]) {
    const seen = new Set();
    const g = edgesBy(dim);
    g.edges.forEach((e) => e.creds.forEach((c) => seen.add(c)));
    if (dim === "env") g.regions.forEach((r) => r.creds.forEach((c) => seen.add(c)));
    if (seen.size) out.push([dim, seen.size]);
  }
  return out;
}

function pictureCard() {
  const all = dims();
  picture.el = h("div", { class: "picture" });
  if (all.length && !all.some((d) => d[0] === picture.dim)) picture.dim = all[0][0];
  const seg = h("div", { class: "seg", role: "group", "aria-label": "Zones by" }, all.map(([dim, n]) =>
    h("button", { type: "button", "data-dim": dim, "aria-pressed": String(dim === picture.dim), click: (e) => {
      picture.dim = dim;
      seg.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(b === e.currentTarget)));
      drawPicture();
    } }, FACETS[dim] + " ", h("span", { class: "count", text: num(n) }))));
  const card = h("section", { class: "card", id: "crossings" },
    h("header", {}, h("h2", { text: "Crossings" }), h("span", { class: "hint", text: all.length ? "One credential in several zones joins them. Click a zone or a number to list what it holds." : "" }), all.length ? seg : ""),
    picture.el,
    all.length ? h("div", { class: "legend" }, [["live", "works"], ["unknown", "may work"], ["dead", "no longer works"]].map(([c, t]) => h("span", { class: c }, h("i"), t)), h("span", { text: "dotted: where it belongs, by what it tells of itself" })) : "");
  if (all.length) drawPicture();
  else picture.el.append(h("p", { class: "empty", text: D.credentials.length ? "Nothing crosses a trust boundary." : "Nothing was found, so nothing crosses." }));
  return card;
}
