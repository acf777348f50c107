// The station plan in figures, beside the list: by energy who gets through, and how sure it is that no other does better.
import { make } from "./dom.js";
import { chip } from "./energy.js";

const TALL = 1000;

export function showPlanSummary({ plan }, words) {
  const box = document.getElementById("plan");
  box.hidden = !plan;
  if (!plan) return;
  box.open = window.innerHeight >= TALL;
  box.querySelector("summary").append(words.say("plan_title", { size: plan.size }), tellShort(plan, words));
  box.querySelector("div").append(
    ...plan.energies.flatMap((service) => drawEnergy(service, plan.least_km, words)),
    ...tellProof(plan, words).map((line) => make("p", {}, line)),
  );
}

// What the folded box still tells.
function tellShort({ energies }, words) {
  const rated = energies.filter(({ served_share: served }) => served !== null);
  return make("span", { class: "short" }, words.say("plan_short"),
    ...rated.map(({ energy, free_share: free, served_share: served }) =>
      make("span", {}, chip(energy, words), ` ${words.share(served)} (${words.share(served - free)})`)));
}

function drawEnergy(service, least, words) {
  const { energy, range_km: km, sites, trips, served_share: served } = service;
  const facts = words.say("plan_facts", { km: words.number(km), sites, least: words.amount(least), trips: words.amount(trips) });
  return [
    make("p", { class: "energy" }, chip(energy, words), make("strong", {}, words.say(`energy_${energy}`)),
      make("span", {}, served === null ? words.say("plan_no_trips") : words.say("plan_served", { share: words.share(served) }))),
    ...(served === null ? [] : drawShares(sharesOf(service), words)),
    make("p", { class: "note" }, facts),
  ];
}

// Free trips need no station; those the stations add are told apart from them.
function sharesOf({ free_share: free, served_share: served, impossible_share: impossible }) {
  return { free, added: served - free, missed: Math.max(0, 1 - served - impossible), impossible };
}

function drawShares(shares, words) {
  const shown = Object.entries(shares).filter(([part, share]) => share > 0 || part === "free" || part === "added");
  const bar = shown.map(([part, share]) => {
    const piece = make("span", { class: part });
    piece.style.flexGrow = String(share);
    return piece;
  });
  const key = shown.map(([part, share]) => make("span", {}, make("span", { class: `key ${part}` }),
    words.say(`plan_${part}`, { share: words.share(share) })));
  return [make("div", { class: "shares", "aria-hidden": "true" }, ...bar), make("p", { class: "parts-key" }, ...key)];
}

export function tellProof(plan, words) {
  const worst = plan.worst_gap_km === null ? "" : words.say("plan_worst_gap", { km: words.amount(plan.worst_gap_km) });
  const proof = plan.status === "optimal"
    ? words.say("plan_proven")
    : words.say("plan_bound", { percent: words.amount(plan.gap * 100) });
  return [
    [words.say(`objective_${plan.objective}`), worst, proof].filter(Boolean).join(" "),
    plan.is_settled ? "" : words.say("plan_unsettled"),
  ].filter(Boolean);
}
