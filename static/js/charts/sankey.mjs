// Mass from column to column; a node or a band that stands for a question leads to its answer.
import {BASE, INK, colourOf, narrow, shown} from "./look.mjs";

const PROCESS = "#7fa9bf";

function nodeOf(node, place) {
  return {
    name: node.id, depth: node.depth, value: Number(node.value), title: node.name, href: node.href,
    itemStyle: {color: node.key ? colourOf(node.key, place) : PROCESS, borderWidth: 0},
  };
}

export function sankey(chart) {
  const small = narrow();
  const tallest = Math.max(...[0, 1, 2].map((depth) => chart.nodes.filter((node) => node.depth === depth).length));
  return {
    height: Math.max(small ? 320 : 300, tallest * (small ? 52 : 56) + 40),
    option: {
      ...BASE,
      tooltip: {renderMode: "richText", confine: true, formatter: ({data, dataType, value}) => (dataType === "edge"
        ? `${data.from} → ${data.to}\n${shown(value, chart.unit)}` : `${data.title}\n${shown(data.value, chart.unit)}`)},
      series: [{
        type: "sankey", left: 2, right: small ? 74 : 130, top: 12, bottom: 12, nodeWidth: small ? 10 : 16, nodeGap: small ? 22 : 20, layoutIterations: 32,
        draggable: false, emphasis: {focus: "adjacency"},
        data: chart.nodes.map(nodeOf),
        links: chart.links.map((link) => ({...link, value: Number(link.value)})),
        lineStyle: {color: "gradient", opacity: 0.35, curveness: 0.5},
        label: {color: INK, fontSize: small ? 10 : 13, lineHeight: small ? 12 : 17, width: small ? 90 : 200, overflow: "break", textBorderColor: "#fffffb", textBorderWidth: 3,
          formatter: ({data}) => `${data.title}\n${shown(data.value, chart.unit)}`},
      }],
    },
    clicked: ({data}) => data?.href,
  };
}
