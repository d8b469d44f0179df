// Draws the two charts of the recovery report from the numbers in the page. The tables below them say the same.
import {init} from "../../vendor/echarts.mjs";

// Ink, the ladder's colours from best to worst, and grey for what is still open.
const COLOURS = {
  reuse: "#523a72", cascade: "#8a6bab", remanufacture: "#255d7e", retread: "#7fa9bf", recycle: "#1b6b4d",
  energy: "#b98a2f", dispose: "#a9573f", loss: "#5c6660", stock: "#b9c2b2", transit: "#dfe4d6",
  element_recovery: "#1b6b4d", treatment_yield: "#7fb395", norm: "#9c2f1d",
};
const INK = "#16302a";
const SOFT = "#4b5d55";
const FONT = getComputedStyle(document.body).fontFamily;
const narrow = () => window.innerWidth < 768;

function number(text) {
  return text === null ? null : Number(text);
}

function shown(value, unit) {
  if (value === null || value === undefined) return "—";
  const decimals = unit === "%" ? 2 : 1;
  return `${Number(value).toLocaleString("en-US", {minimumFractionDigits: decimals, maximumFractionDigits: decimals})} ${unit}`;
}

// The norm is a mark on the bar, not a bar: what is reached is held against it.
function seriesOf(name, values, key, stacked) {
  if (key === "norm") {
    return {
      name, type: "custom", z: 5, itemStyle: {color: COLOURS.norm},
      renderItem(_, api) {
        const value = api.value(0);
        if (Number.isNaN(value)) return null;
        const [x, y] = api.coord([value, api.value(1)]);
        const half = api.size([0, 1])[1] * 0.42;
        return {type: "rect", shape: {x: x - 1.5, y: y - half, width: 3, height: 2 * half}, style: {fill: COLOURS.norm}};
      },
      encode: {x: 0, y: 1},
      data: values.map((value, place) => [value === null ? NaN : number(value), place]),
    };
  }
  return {
    name, type: "bar", stack: stacked ? "all" : undefined, barMaxWidth: 26, itemStyle: {color: COLOURS[key]}, data: values.map(number),
  };
}

function optionOf(bars) {
  const stacked = bars.unit === "kg";
  const small = narrow();
  return {
    animation: false,
    aria: {enabled: true},
    textStyle: {fontFamily: FONT, color: INK},
    legend: {top: 0, left: 0, type: "scroll", textStyle: {color: INK}, itemWidth: 14, itemHeight: 10},
    // Rich text is drawn on the canvas: no inline style for the policy to refuse.
    tooltip: {trigger: "axis", renderMode: "richText", confine: true, axisPointer: {type: "shadow"},
      formatter: (points) => [points[0].name, ...points.map((point) => {
        const value = Array.isArray(point.value) ? point.value[0] : point.value;
        return `${point.seriesName}  ${shown(Number.isNaN(value) ? null : value, bars.unit)}`;
      })].join("\n")},
    grid: {left: 4, right: 16, top: 40, bottom: 4, containLabel: true},
    xAxis: {type: "value", max: bars.unit === "%" ? (range) => Math.max(100, Math.ceil(range.max)) : null,
      axisLabel: {color: SOFT, hideOverlap: true, formatter: (value) => axisText(value, bars.unit)}, splitLine: {lineStyle: {color: "#e4e8dc"}}},
    yAxis: {type: "category", inverse: true, data: bars.categories, axisTick: {show: false},
      axisLabel: {color: INK, width: small ? 92 : 190, overflow: "break", interval: 0}},
    series: bars.series.map((each) => seriesOf(each.name, each.values, each.key, stacked)),
  };
}

function axisText(value, unit) {
  if (unit === "%") return `${value}%`;
  if (Math.abs(value) >= 1000) return `${(value / 1000).toLocaleString("en-US")} t`;
  return `${value} kg`;
}

function draw(id, bars) {
  const place = document.getElementById(id);
  if (!place || bars.categories.length === 0) return;
  const row = bars.categories.length > 12 ? 30 : narrow() ? 46 : 40;
  place.style.height = `${Math.max(180, 64 + row * bars.categories.length)}px`;
  const chart = init(place, null, {renderer: "canvas"});
  chart.setOption(optionOf(bars));
  new ResizeObserver(() => {
    chart.resize();
    chart.setOption({yAxis: {axisLabel: {width: narrow() ? 92 : 190}}});
  }).observe(place);
  place.dataset.drawn = "yes";
}

const data = JSON.parse(document.getElementById("chart-data").textContent);
draw("chart-outcomes", data.outcomes);
draw("chart-elements", data.elements);
