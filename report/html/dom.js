// The page is built from nodes, never from HTML text: strangers' strings can
// only become text. Trusted Types hold it to that.
const D = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);

function fill(el, attrs, children) {
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") el.textContent = value;
    else if (typeof value === "function") el.addEventListener(name, value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false && child !== "") el.append(child);
  }
  return el;
}
const h = (tag, attrs, ...children) => fill(document.createElement(tag), attrs, children);
const s = (tag, attrs, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attrs, children);
const num = (n) => n.toLocaleString("en");
const plural = (n, one, many) => num(n) + " " + (n === 1 ? one : many || one + "s");
const day = (t) => (t || "").slice(0, 10);

// Where people see a place: production and public first, whatever else is known.
const ENV = { prod: "Production", dr: "Disaster recovery", staging: "Staging", test: "Test", ci: "CI", dev: "Development", local: "Local", nonprod: "Non-production" };
const CUSTODY = { managed: "Secret store", "ci-store": "Pipeline variables", log: "Logs", artifact: "Build artifacts", collab: "Conversations", "ai-agent": "Coding agents", endpoint: "One machine" };
const NAMES = {
  custody: { ...CUSTODY, code: "Code", "plaintext-config": "Plain configuration" },
  party: { first: "Own code", third: "Somebody else’s code", personal: "Personal places" },
  protection: { protected: "Protected", unprotected: "Unprotected" },
};
const FACETS = { env: "Environment", exposure: "Readers", tenant: "Organisation", party: "Party", protection: "Protection", custody: "Storage", cluster: "Cluster", namespace: "Namespace", workload: "Workload", unit: "Repository", team: "Team" };

function facet(zone, name) {
  for (const f of zone) if (f[0] === name) return f[1];
  return "";
}
function envName(v) { return v.split("|").map((e) => ENV[e] || e).join(" or "); }
function regionOf(place) {
  if (facet(place.zone, "exposure") === "public") return "Public";
  const env = facet(place.zone, "env");
  if (env) return envName(env);
  return CUSTODY[facet(place.zone, "custody")] || "Not placed";
}
function regionClass(name) {
  if (name === "Public") return "public";
  if (name === "Production" || name === "Disaster recovery") return "prod";
  if (name === "Secret store") return "store";
  return "";
}
const ORDER = ["Public", "Production", "Disaster recovery", "Staging", "Test", "CI", "Development", "Local", "Non-production"];
const rank = (name) => { const i = ORDER.indexOf(name); return i < 0 ? 50 : i; };

for (const c of D.credentials) {
  c.regions = [...new Set(c.places.map(regionOf))].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  c.first = c.places.reduce((t, p) => (p.life && p.life.when && (!t || p.life.when < t) ? p.life.when : t), "");
  c.text = [c.hint, c.about, c.rule, c.id, c.issuer, c.account, c.owner && c.owner.name, c.public, c.note, c.cross && c.cross.why,
    c.facts.map((f) => f[1]), c.std, c.regions, c.places.slice(0, 300).map((p) => [D.targets[p.t], p.p, p.key, facet(p.zone, "unit")])]
    .flat(Infinity).filter(Boolean).join("\n").toLowerCase();
}
