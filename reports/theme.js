// theme: the page's colours and type, as a chart needs them. "$ink" in a specification stands for
// the style's --ink; a chart is drawn again when they change (dark, print).
'use strict';

const theme = {
  names: ['paper', 'ink', 'muted', 'rule', 'good', 'bad', 'serial', 'process', 'thread'],

  // And what fits: names of a legend beside each other ("$columns"; "$pairs" of long ones).
  palette() {
    const style = getComputedStyle(document.documentElement);
    const colours = Object.fromEntries(this.names.map((name) =>
      ['$' + name, style.getPropertyValue('--' + name).trim()]));
    const narrow = document.body.clientWidth < 500;
    return {...colours, $columns: narrow ? 2 : 4, $pairs: narrow ? 1 : 2};
  },

  // A copy of a specification with all that filled in. Data is not touched.
  paint(value, palette) {
    if (typeof value === 'string') return Object.hasOwn(palette, value) ? palette[value] : value;
    if (Array.isArray(value)) return value.map((item) => this.paint(item, palette));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) =>
      [key, key === 'values' ? item : this.paint(item, palette)]));
  },

  config(palette) {
    const font = getComputedStyle(document.body).fontFamily;
    return {
      font, background: palette.$paper, aria: false,
      padding: 2,
      view: {stroke: null},
      // Each stands out from the paper, light and dark, by 3 : 1 or more.
      range: {category: ['#2b78c5', '#d95f02', '#1b9e77', '#8a6fd1', '#d6408f', '#7d8b1e',
        '#a6761d', '#7a838e']},
      axis: {
        labelColor: palette.$muted, titleColor: palette.$muted, gridColor: palette.$rule,
        domainColor: palette.$rule, tickColor: palette.$rule, titleFontWeight: 'normal',
        labelFontSize: 12, titleFontSize: 12, titlePadding: 8,
      },
      axisY: {labelColor: palette.$ink},
      legend: {
        labelColor: palette.$ink, labelFontSize: 12, symbolSize: 60, symbolStrokeWidth: 1.6,
        padding: 0, offset: 10,
      },
    };
  },
};
