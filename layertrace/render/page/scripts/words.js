// Format durations and counts concisely, as the terminal does.

export const MISSING = -1;

export function duration(ns) {
  if (ns < 500) return "<1 µs";
  if (ns < 99_500) return `${(ns / 1e3).toFixed(0)} µs`;
  if (ns < 9_950_000) return `${(ns / 1e6).toFixed(1)} ms`;
  if (ns < 999_500_000) return `${(ns / 1e6).toFixed(0)} ms`;
  if (ns < 59_950_000_000) return `${(ns / 1e9).toFixed(1)} s`;
  const seconds = Math.round(ns / 1e9);
  return `${thousands(Math.floor(seconds / 60))} min ${seconds % 60} s`;
}

// How many characters a duration has at most, if none is longer than this one: `59 min 59 s`.
export function longestDuration(ns) {
  const minutes = Math.floor(ns / 60e9);
  return minutes ? `${thousands(minutes)} min 59 s`.length : "9.9 ms".length + 1;
}

// A point in time, not a duration.
export function moment(ns) {
  return ns < 500 ? "0" : duration(ns);
}

export function thousands(number) {
  return number.toLocaleString("en-US");
}

export function counted(number, noun) {
  return `${thousands(number)} ${noun}${number === 1 ? "" : "s"}`;
}

// A number in which some have a count of their own: `18 +43`.
export function countedApart(number, apart) {
  return apart ? `${thousands(number - apart)} +${thousands(apart)}` : thousands(number);
}

export function yesOrNo(number) {
  return number === MISSING ? "" : number === 1 ? "True" : "False";
}
