// A trend: one line per series over the periods, and the target as a broken line in the colour of norms.
import {BASE, COLOURS, INK, LEGEND, LINE, SOFT, axisText, colourOf, number, tip} from "./look.mjs";

export function line(chart) {
  const drawn = chart.series.map((each, place) => {
    const target = each.key === "target" || each.key === "norm";
    const colour = target ? COLOURS.norm : colourOf(each.key, place);
    return {
      name: each.name, type: "line", data: each.values.map(number), connectNulls: false, symbolSize: target ? 0 : 7,
      itemStyle: {color: colour}, lineStyle: {color: colour, width: target ? 2 : 2.5, type: target ? "dashed" : "solid"},
    };
  });
  return {
    height: 280,
    option: {
      ...BASE,
      legend: LEGEND,
      tooltip: {...tip(chart.unit), axisPointer: {type: "line"}},
      grid: {left: 4, right: 16, top: 44, bottom: 4, containLabel: true},
      xAxis: {type: "category", data: chart.categories, axisTick: {show: false}, axisLabel: {color: INK, hideOverlap: true}},
      yAxis: {type: "value", min: 0, max: chart.unit === "%" ? (range) => Math.max(100, Math.ceil(range.max)) : null,
        axisLabel: {color: SOFT, formatter: (value) => axisText(value, chart.unit)}, splitLine: {lineStyle: {color: LINE}}},
      series: drawn,
    },
  };
}
