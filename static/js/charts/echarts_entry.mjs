// What set-up bundles into static/vendor/echarts.mjs: only the parts the reports draw with. Pages import the bundle, never this file.
export {init, use, graphic, format} from "echarts/core";
import {use} from "echarts/core";
import {BarChart, CustomChart, HeatmapChart, LineChart, PieChart, SankeyChart} from "echarts/charts";
import {
  AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent, VisualMapComponent,
} from "echarts/components";
import {CanvasRenderer, SVGRenderer} from "echarts/renderers";

use([
  BarChart, CustomChart, HeatmapChart, LineChart, PieChart, SankeyChart,
  AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent, VisualMapComponent,
  CanvasRenderer, SVGRenderer,
]);
