// Lying bars: side by side, or stacked; a norm is a mark on the bar, so that what is reached is held against it.
import {BASE, COLOURS, INK, LEGEND, LINE, SOFT, axisText, colourOf, narrow, number, shown, tip} from "./look.mjs";

const labelWidth = () => (narrow() ? 108 : 190);

function mark(name, values) {
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

function bar(each, place, chart) {
  const many = chart.series.length > 1;
  return {
    name: each.name, type: "bar", stack: chart.kind === "stacked" ? "all" : undefined, barMaxWidth: 26,
    itemStyle: {color: colourOf(each.key, place)}, data: each.values.map((value, row) => (each.keys
      ? {value: number(value), itemStyle: {color: colourOf(each.keys[row], row)}} : number(value))),
    label: many ? undefined : {show: true, position: "right", color: INK, formatter: ({value}) => shown(value, chart.unit)},
  };
}

export function bars(chart) {
  const row = chart.categories.length > 12 ? 30 : narrow() ? 46 : 40;
  return {
    height: Math.max(150, 64 + row * chart.categories.length),
    option: {
      ...BASE,
      legend: {...LEGEND, show: chart.series.length > 1},
      tooltip: tip(chart.unit),
      grid: {left: 4, right: chart.series.length > 1 ? 16 : 80, top: chart.series.length > 1 ? 40 : 8, bottom: 4, containLabel: true},
      xAxis: {type: "value", show: chart.series.length > 1, max: chart.unit === "%" && chart.series.length > 1 ? (range) => Math.max(100, Math.ceil(range.max)) : null,
        axisLabel: {color: SOFT, hideOverlap: true, formatter: (value) => axisText(value, chart.unit)}, splitLine: {lineStyle: {color: LINE}}},
      yAxis: {type: "category", inverse: true, data: chart.categories, axisTick: {show: false},
        axisLabel: {color: INK, fontSize: narrow() ? 11 : 12, width: labelWidth(), overflow: "break", interval: 0}},
      series: chart.series.map((each, place) => (each.key === "norm" ? mark(each.name, each.values) : bar(each, place, chart))),
    },
    resized: () => ({yAxis: {axisLabel: {width: labelWidth()}}}),
  };
}
