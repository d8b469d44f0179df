// Colours, type and numbers of every chart. The ladder runs from best to worst; grey is what is still open.
export const COLOURS = {
  reuse: "#523a72", cascade: "#8a6bab", second_life: "#8a6bab", remanufacture: "#255d7e", retread: "#7fa9bf", recycle: "#1b6b4d", recycled: "#1b6b4d",
  energy: "#b98a2f", dispose: "#a9573f", loss: "#5c6660", stock: "#b9c2b2", transit: "#dfe4d6", open: "#b9c2b2", lost: "#a9573f", elsewhere: "#98a29b",
  here: "#16302a", consumed: "#7fa9bf", element_recovery: "#1b6b4d", treatment_yield: "#7fb395", norm: "#9c2f1d", target: "#9c2f1d",
};
const OTHERS = ["#1b6b4d", "#255d7e", "#b98a2f", "#8a6bab", "#a9573f", "#7fa9bf", "#5c6660", "#3f7f8c"];
export const INK = "#16302a";
export const SOFT = "#4b5d55";
export const LINE = "#e4e8dc";
export const FONT = getComputedStyle(document.body).fontFamily;

export const narrow = () => window.innerWidth < 768;

export function colourOf(key, place) {
  return COLOURS[key] ?? OTHERS[place % OTHERS.length];
}

export function number(text) {
  return text === null || text === undefined ? null : Number(text);
}

const grouped = (value, decimals) =>
  Number(value).toLocaleString("en-US", {minimumFractionDigits: decimals, maximumFractionDigits: decimals});

export function shown(value, unit) {
  if (value === null || value === undefined || Number.isNaN(value)) return "—";
  return `${grouped(value, unit === "%" ? 2 : 1)} ${unit}`;
}

export function axisText(value, unit) {
  if (unit === "%") return `${value}%`;
  if (unit === "kg") return Math.abs(value) >= 1000 ? `${(value / 1000).toLocaleString("en-US")} t` : `${value} kg`;
  return `${value.toLocaleString("en-US")} ${unit}`;
}

// What every chart has in common. Tips are drawn on the canvas: no inline style for the policy to refuse.
export const BASE = {
  animation: false,
  aria: {enabled: true},
  textStyle: {fontFamily: FONT, color: INK},
};
export const LEGEND = {top: 0, left: 0, type: "scroll", textStyle: {color: INK}, itemWidth: 14, itemHeight: 10};
export const tip = (unit) => ({
  trigger: "axis", renderMode: "richText", confine: true, axisPointer: {type: "shadow"},
  formatter: (points) => [points[0].name, ...points.map((point) => {
    const value = Array.isArray(point.value) ? point.value[0] : point.value;
    return `${point.seriesName}  ${shown(value, unit)}`;
  })].join("\n"),
});
