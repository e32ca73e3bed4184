// Draws the charts of a page of figures. Colours are those of the page, light or dark.

import { colour, sets } from "./drawing.js";

const data = JSON.parse(document.getElementById("chart-data")?.textContent ?? "{}");
const charts = new Map();

function options(kind) {
  const lying = kind === "bar-lying";
  const text = colour("--tblr-secondary");
  const line = colour("--tblr-border-color");
  const counted = {
    stacked: true,
    beginAtZero: true,
    ticks: { color: text, precision: 0 },
    grid: { color: line },
  };
  const named = {
    stacked: true,
    ticks: { color: text, maxRotation: 0, autoSkipPadding: 12 },
    grid: { display: false },
  };
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    indexAxis: lying ? "y" : "x",
    interaction: { mode: "index", axis: lying ? "y" : "x", intersect: false },
    scales: lying ? { x: counted, y: named } : { x: named, y: counted },
    plugins: {
      legend: { position: "bottom", labels: { color: colour("--tblr-body-color"), usePointStyle: true, boxHeight: 8 } },
    },
  };
}

function draw() {
  for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
    const { labels, sets: told } = data[canvas.dataset.chart] ?? { labels: [], sets: [] };
    charts.get(canvas)?.destroy();
    const chart = new window.Chart(canvas, {
      type: "bar",
      data: { labels, datasets: sets(told) },
      options: options(canvas.dataset.kind),
    });
    charts.set(canvas, chart);
  }
}

window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
draw();
new MutationObserver(draw).observe(document.documentElement, {
  attributeFilter: ["data-bs-theme"],
});
