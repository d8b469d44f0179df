// Draws every chart of a page: <div class="chart" data-chart="…"> out of the JSON it carries.
// The table beside a chart says the same; without this script nothing is lost but the picture.
import {init} from "../../vendor/echarts.mjs";
import {bars} from "./bars.mjs";
import {line} from "./line.mjs";
import {sankey} from "./sankey.mjs";

const KINDS = {bar: bars, stacked: bars, line, sankey};

function draw(place) {
  const told = JSON.parse(place.dataset.chart);
  const {height, option, resized, clicked} = KINDS[told.kind](told);
  place.style.height = `${height}px`;
  const chart = init(place, null, {renderer: place.dataset.renderer ?? "canvas"});
  chart.setOption(option);
  if (clicked) {
    chart.on("click", (event) => {
      const href = clicked(event);
      if (href) window.location.assign(href);
    });
  }
  new ResizeObserver(() => {
    chart.resize();
    if (resized) chart.setOption(resized());
  }).observe(place);
  place.dataset.drawn = "yes";
}

document.querySelectorAll("[data-chart]").forEach(draw);
