// A credential's own page, in a drawer beside the list.
const PART = 60;

function open(id, focus) {
  const c = D.credentials.find((x) => x.id === id);
  if (!c) return close();
  const drawer = $("drawer");
  drawer.replaceChildren(head(c), h("div", { class: "body" }, crossing(c), h("section", {}, h("h3", { text: "What to do" }), todo(c)), known(c), reasons(c), places(c), timeline(c), standards(c)));
  drawer.hidden = false;
  drawer.scrollTop = 0;
  if (location.hash !== "#" + encodeURIComponent(id)) history.replaceState(null, "", "#" + encodeURIComponent(id));
  if (focus) drawer.querySelector("h2").focus();
}

function close() {
  const drawer = $("drawer");
  if (drawer.hidden) return;
  drawer.hidden = true;
  drawer.replaceChildren();
  history.replaceState(null, "", location.pathname + location.search);
  list.box.focus({ preventScroll: true });
}

function head(c) {
  return h("div", { class: "head" },
    h("div", { class: "risk " + c.band }, h("i"), h("span", {}, String(c.risk), h("small", { text: c.band }))),
    h("div", {}, h("h2", { id: "drawer-title", tabindex: -1, text: c.about }), h("div", { class: "count" }, h("span", { class: "mono", text: c.hint }), c.issuer ? " · " + c.issuer : "")),
    h("span", { class: "pill " + c.state, text: c.state }),
    h("button", { type: "button", class: "tool", "aria-label": "Close", id: "close", click: close, text: "✕" }));
}

function crossing(c) {
  if (!c.cross) return "";
  return h("section", {}, h("h3", { text: "Crosses " + c.cross.facets.map((f) => (FACETS[f] || f).toLowerCase()).join(", ") }),
    h("p", { class: "why", text: c.cross.why + "." }),
    (c.allowed || []).map((a) => h("p", { class: "count", text: `${a.expired ? "Was allowed" : "Allowed"} by ${a.owner} until ${day(a.until)}: ${a.reason}` })));
}

function todo(c) {
  return [h("ol", { class: "steps" }, c.steps.map((t) => h("li", { text: t }))), link(c.docs, "The issuer’s page")];
}

function link(url, text) {
  if (!/^https:\/\/[^\s]+$/.test(url || "")) return "";
  return h("p", {}, h("a", { href: url, target: "_blank", rel: "noopener noreferrer", text }));
}

function known(c) {
  const rows = [
    ["State", c.state + (c.reason ? ": " + c.reason : "") + (c.at ? ", asked on " + day(c.at) : "")],
    ["Proof of death", c.grade && "grade " + c.grade],
    ["Speaks for", c.account], ["May", (c.scopes || []).join(", ")], ["Ends", day(c.expires)],
    ["Owner", c.owner ? c.owner.name + (c.owner.confirmed ? "" : " (suggested by " + c.owner.source + ")") : "nobody is known to answer for it"],
    ["Belongs in", (c.home || []).map((f) => (f[0] === "env" ? envName(f[1]) : `${(FACETS[f[0]] || f[0]).toLowerCase()} ${f[1]}`)).join(", ")],
    ["Public id", c.public], ["Note", c.note], ...c.facts.map(([k, v]) => [k.charAt(0).toUpperCase() + k.slice(1), v]),
    ["Found by", `rule ${c.rule}, confidence ${c.conf}` + (c.tier === "generic" ? ", a guess by its name" : "")], ["Id", c.id],
  ].filter((r) => r[1]);
  return h("section", {}, h("h3", { text: "What is known" }), h("dl", { class: "kv" }, rows.map(([k, v]) => [h("dt", { text: k }), h("dd", { text: v })])));
}

function reasons(c) {
  if (!c.reasons || !c.reasons.length) return "";
  return h("section", {}, h("h3", { text: "Why " + c.risk }), h("div", { class: "reasons" }, c.reasons.map(([part, points, why]) => {
    const bar = h("div", { class: "b" });
    bar.style.width = Math.min(100, points * 2) + "%";
    return h("div", { class: "reason" }, h("span", { class: "m", text: part }), h("span", { class: "p", text: part === "cap" ? "≤ " + points : "+" + points }), h("div", { class: "t" }, part === "cap" ? "" : bar, h("span", { text: why })));
  })));
}

// places groups the locations by zone, and shows some at a time.
function places(c) {
  const box = h("section", {}, h("h3", { text: `Places (${num(c.count)})` }));
  const groups = new Map();
  for (const p of c.places) {
    const unit = facet(p.zone, "unit");
    const key = regionOf(p) + "\n" + (unit || D.targets[p.t] || "");
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(p);
  }
  const sorted = [...groups].sort((a, b) => rank(a[0].split("\n")[0]) - rank(b[0].split("\n")[0]));
  let left = PART;
  for (const [key, all] of sorted) {
    const [region, unit] = key.split("\n");
    const zone = h("div", { class: "zone " + regionClass(region) }, h("h4", {}, region, h("span", { class: "mono count", text: unit }), h("span", { class: "count", text: plural(all.length, "place") })));
    showMore(zone, all, Math.max(left, 3));
    left -= all.length;
    box.append(zone);
  }
  if (c.count > c.places.length) box.append(h("p", { class: "count", text: `… and ${num(c.count - c.places.length)} more, which the JSON report has.` }));
  return box;
}

function showMore(zone, all, n) {
  zone.append(...all.slice(0, n).map(place1));
  const rest = all.slice(n);
  if (!rest.length) return;
  const more = h("div", { class: "place" }, h("button", { type: "button", class: "more", text: `Show ${num(Math.min(PART, rest.length))} of ${num(rest.length)} more`, click: () => { more.remove(); showMore(zone, rest, PART); } }));
  zone.append(more);
}

function place1(p) {
  return h("div", { class: "place" },
    h("div", { class: "p" }, p.k ? p.k + " " : "", p.p || (D.targets[p.t] || ""), p.l ? `:${p.l}:${p.c || 1}` : ""),
    p.key ? h("div", { class: "t mono", text: p.key }) : "",
    p.enc ? h("div", { class: "t", text: "inside " + p.enc.join(", ") }) : "",
    p.life ? h("div", { class: "t" }, p.life.said, " · ", h("span", { class: p.life.head ? "still" : "gone", text: p.life.fate })) : "",
    p.zone.length ? h("details", {}, h("summary", { text: p.zone.map((f) => f[1]).join(" · ") }), p.zone.map(([name, value, source, conf]) => h("div", { class: "e", text: `${FACETS[name] || name}: ${value}, by ${source || "no evidence"} (${conf} %)` }))) : "");
}

// timeline draws how long each place has held the credential.
function timeline(c) {
  const lives = c.places.filter((p) => p.life && p.life.when).slice(0, 24);
  if (!lives.length) return "";
  const t = (x) => Date.parse(x), end = Math.max(...lives.map((p) => Math.max(t(p.life.when), t(p.life.gone || p.life.when))), D.started ? t(D.started) : 0);
  const begin = Math.min(...lives.map((p) => t(p.life.when)));
  const span = Math.max(end - begin, 864e5), x = (at) => 6 + ((at - begin) / span) * 688, H = 15;
  const years = [];
  for (let y = new Date(begin).getUTCFullYear() + 1; y <= new Date(end).getUTCFullYear() && years.length < 40; y++) years.push(y);
  const every = Math.ceil(years.length / 10);
  const svg = s("svg", { viewBox: `0 0 700 ${lives.length * H + 24}`, role: "img", "aria-label": "How long each place has held it" },
    years.filter((_, i) => i % every === 0).map((y) => [s("line", { x1: x(Date.UTC(y, 0)), x2: x(Date.UTC(y, 0)), y1: 0, y2: lives.length * H + 6 }), s("text", { x: x(Date.UTC(y, 0)) + 3, y: lives.length * H + 18, text: String(y) })]),
    lives.map((p, i) => {
      const from = x(t(p.life.when)), to = p.life.head ? x(end) : p.life.gone ? x(t(p.life.gone)) : from;
      return s("rect", { class: p.life.head ? "alive" : "over", x: from, y: i * H + 4, height: H - 6, width: Math.max(3, to - from), rx: 3 }, s("title", { text: `${p.p}: ${p.life.said}; ${p.life.fate}` }));
    }));
  return h("section", { class: "life" }, h("h3", { text: "Life in history" + (lives.length === 24 ? " (the first 24 places)" : "") }), svg);
}

function standards(c) {
  return h("section", {}, h("h3", { text: "Standards" }), h("div", { class: "ids" }, c.std.map((id) => h("span", { class: "id", title: D.standards[id] || "", text: id }))));
}
