// A clock for the meeting. It goes by the computer's clock, so that a sleeping tab loses no time.
import { button, make } from "../dom.js";

const TICK_MS = 250;
const MINUTE_MS = 60_000;
const MINUTES = { least: 1, most: 180, given: 10 };

// A clock is at rest with `left` milliseconds, or runs until `end`.
export function makeClock(minutes) {
  return { total: minutes * MINUTE_MS, left: minutes * MINUTE_MS, end: null };
}

export function startClock(clock, now) {
  return clock.end === null && clock.left > 0 ? { ...clock, end: now + clock.left } : clock;
}

export function pauseClock(clock, now) {
  return clock.end === null ? clock : { ...clock, left: leftOf(clock, now), end: null };
}

export function leftOf({ left, end }, now) {
  return end === null ? left : Math.max(0, end - now);
}

// 9:05; a second that has begun is not over yet.
export function writeLeft(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function readMinutes(text) {
  const minutes = Math.round(Number(text));
  return Number.isFinite(minutes) && text.trim() !== "" ? Math.min(MINUTES.most, Math.max(MINUTES.least, minutes)) : MINUTES.given;
}

export function connectTimer({ words, announce, now = Date.now }) {
  let clock = makeClock(MINUTES.given);
  let ticking = null;
  const small = make("span", { class: "st-small" });
  const digits = make("p", { class: "st-digits", role: "timer" });
  const over = make("p", { class: "st-over", hidden: true }, words.say("st_time_over"));
  const minutes = make("input", {
    id: "st-minutes", type: "number", min: MINUTES.least, max: MINUTES.most, step: 1, value: MINUTES.given, inputmode: "numeric",
  });
  const run = button("", toggle, { id: "st-run" });
  const element = make("details", { class: "st-menu st-timer" },
    make("summary", {}, words.say("st_timer"), " ", small),
    make("div", { class: "st-drop" }, digits, over,
      make("div", { class: "st-line" }, make("label", { for: "st-minutes" }, words.say("st_minutes")), minutes),
      make("div", { class: "st-line" }, run, button(words.say("st_reset"), reset))));
  minutes.addEventListener("change", () => {
    minutes.value = readMinutes(minutes.value);
    reset();
  });
  document.addEventListener("visibilitychange", show);
  show();

  function toggle() {
    if (leftOf(clock, now()) === 0) clock = makeClock(readMinutes(minutes.value));
    clock = clock.end === null ? startClock(clock, now()) : pauseClock(clock, now());
    announce(words.say(clock.end === null ? "st_paused" : "st_started", { left: writeLeft(leftOf(clock, now())) }));
    tick();
  }

  function reset() {
    clock = makeClock(readMinutes(minutes.value));
    tick();
  }

  function tick() {
    clearInterval(ticking);
    ticking = clock.end === null ? null : setInterval(show, TICK_MS);
    show();
  }

  // Told once: an ended clock is at rest.
  function show() {
    if (clock.end !== null && leftOf(clock, now()) === 0) {
      clock = pauseClock(clock, now());
      clearInterval(ticking);
      announce(words.say("st_time_over"));
    }
    const left = leftOf(clock, now());
    const isOver = left === 0;
    digits.textContent = writeLeft(left);
    small.textContent = isOver ? words.say("st_time_over") : left === clock.total && clock.end === null ? "" : writeLeft(left);
    over.hidden = !isOver;
    element.classList.toggle("over", isOver);
    run.textContent = words.say(clock.end === null ? "st_start" : "st_pause");
  }

  return { element };
}
