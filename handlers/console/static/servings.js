/* Draws each plot from the table beneath it, so that there is one truth and whoever has no scripts reads the same. */
"use strict";

const COLOURS = ["#0f5f55", "#d98a00", "#7a8b99"];
const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", system-ui, sans-serif';
const MOST = 20; // bars of one plot, one below the other; the table has all
const NAMED = 8; // columns whose names fit side by side
const LETTERS = 12; // of a label
const BAR = 30; // pixels

/* The library reads a few tags in its texts: names must stay words. */
function plain(text) {
  return text.trim().replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function short(text) {
  const letters = [...text.trim()];
  return plain(letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join("")}…` : text);
}

function read(table, most) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows].slice(0, most);
  const series = heads
    .filter((head) => head.dataset.series)
    .map((head) => ({
      name: plain(head.textContent),
      values: rows.map((row) => row.cells[head.cellIndex].dataset.value / (head.dataset.series === "yuan" ? 100 : 1)),
      shown: head.dataset.series === "yuan" ? ":,.2f" : ":,d",
    }));
  return { labels: rows.map((row) => row.cells[0].textContent), series };
}

/* Places, not names, stand on the axis: two dishes may have one name. */
function traceOf(one, index, labels, lying) {
  const places = labels.map((_, place) => place);
  return {
    type: "bar",
    name: one.name,
    orientation: lying ? "h" : "v",
    x: lying ? one.values : places,
    y: lying ? places : one.values,
    customdata: labels.map(plain),
    hovertemplate: `%{customdata}<br>${one.name} %{${lying ? "x" : "y"}${one.shown}}<extra></extra>`,
    marker: { color: COLOURS[index] },
  };
}

function layoutOf(labels, series, lying) {
  const each = lying ? 1 : Math.ceil(labels.length / NAMED);
  const named = labels.map((_, place) => place).filter((place) => place % each === 0);
  const names = {
    tickmode: "array",
    tickvals: named,
    ticktext: named.map((place) => short(labels[place])),
    automargin: true,
    fixedrange: true,
    ticks: "outside",
    ticklen: 6,
    tickcolor: "#ffffff",
  };
  const numbers = {
    separatethousands: true,
    rangemode: "tozero",
    fixedrange: true,
    gridcolor: "#d9dfdc",
    automargin: true,
    nticks: 5,
    tickangle: 0,
  };
  const sums = labels.map((_, place) => series.reduce((sum, one) => sum + one.values[place], 0));
  if (Math.max(0, ...sums) < 5) numbers.dtick = 1; // nobody eats half a meal
  if (lying) names.autorange = "reversed";
  return {
    barmode: "stack",
    bargap: 0.35,
    dragmode: false,
    font: { family: FONT, size: 14, color: "#1d2a2a" },
    height: lying ? 90 + BAR * labels.length : 300,
    margin: { l: 8, r: 16, t: 8, b: 8 },
    showlegend: series.length > 1,
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal", itemclick: false, itemdoubleclick: false },
    xaxis: lying ? numbers : names,
    yaxis: lying ? names : numbers,
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
  };
}

function draw(place) {
  const lying = place.dataset.plot === "bars";
  const { labels, series } = read(document.getElementById(place.dataset.table), lying ? MOST : Infinity);
  const traces = series.map((one, index) => traceOf(one, index, labels, lying));
  Plotly.newPlot(place, traces, layoutOf(labels, series, lying), { displayModeBar: false, responsive: true });
}

if (window.Plotly) document.querySelectorAll("[data-plot]").forEach(draw);
