// boot: draws the page's charts with Vega-Lite, in place of their plain figures. Expressions go
// through the interpreter: nothing is evaluated, as the Content-Security-Policy demands.
'use strict';

const boot = {
  views: new Map(), // id -> {view, element, spec}
  tip: null,
};

// Nothing is ever loaded: all data is in the page.
boot.loader = {
  load: () => Promise.reject(new Error('a report loads nothing')),
  sanitize: () => Promise.reject(new Error('a report links nothing')),
};

// What the pointer is over, as a small table of its own beside it. Text only.
boot.showTip = (handler, event, item, value) => {
  const tip = boot.tip;
  if (value === null || value === undefined || value === '') {
    tip.hidden = true;
    return;
  }
  const known = Object.entries(value).filter(([, text]) => text !== 'null' && text !== '');
  tip.replaceChildren(...known.flatMap(([name, text]) => {
    const term = document.createElement('dt');
    const detail = document.createElement('dd');
    term.textContent = name;
    detail.textContent = text;
    return [term, detail];
  }));
  tip.hidden = false;
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  tip.style.left = `${Math.max(8, Math.min(event.clientX + 14, room))}px`;
  tip.style.top = `${Math.max(8, event.clientY - tip.offsetHeight - 10)}px`;
};

boot.draw = (id, spec, element) => {
  const palette = theme.palette();
  const painted = {...theme.paint(spec, palette), config: theme.config(palette)};
  const chart = vega.parse(vegaLite.compile(painted).spec, null, {ast: true});
  const live = document.createElement('div');
  live.className = 'live';
  const old = boot.views.get(id);
  if (old) old.view.finalize();
  element.replaceChildren(live);
  const view = new vega.View(chart, {
    renderer: 'svg', container: live, hover: true, loader: boot.loader,
    expr: vegaInterpreter.expressionInterpreter, tooltip: boot.showTip,
    logLevel: vega.Warn,
  });
  boot.views.set(id, {view, element, spec});
  return view.runAsync();
};

boot.redraw = () => {
  for (const [id, {spec, element}] of boot.views) boot.draw(id, spec, element);
};

boot.download = (content, name) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};

boot.save = async (id, kind) => {
  const view = boot.views.get(id).view;
  if (kind === 'svg') {
    const text = await view.toSVG();
    boot.download(new Blob([text], {type: 'image/svg+xml'}), `${id}.svg`);
  } else {
    const canvas = await view.toCanvas(2);
    canvas.toBlob((blob) => boot.download(blob, `${id}.png`), 'image/png');
  }
};

// On paper what is folded is open, and ink is dark, whatever the screen has.
boot.print = (printing) => {
  document.documentElement.classList.toggle('on-paper', printing);
  for (const details of document.querySelectorAll('details.printed')) {
    if (printing) details.dataset.open = details.open;
    details.open = printing ? true : details.dataset.open === 'true';
  }
  boot.redraw();
};

boot.start = async () => {
  boot.tip = document.createElement('dl');
  boot.tip.className = 'tip';
  boot.tip.hidden = true;
  document.body.append(boot.tip);
  for (const {id, spec} of JSON.parse(document.getElementById('charts').textContent)) {
    const figure = document.getElementById(id);
    const element = figure.querySelector('.plot');
    const plain = [...element.childNodes];
    try {
      await boot.draw(id, spec, element);
    } catch (error) {
      element.replaceChildren(...plain); // the plain figure says the same
      console.error(error);
      continue;
    }
    const buttons = figure.querySelector('.export');
    buttons.hidden = false;
    for (const button of buttons.querySelectorAll('button')) {
      button.addEventListener('click', () => boot.save(id, button.dataset.save));
    }
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', boot.redraw);
  addEventListener('beforeprint', () => boot.print(true));
  addEventListener('afterprint', () => boot.print(false));
  document.documentElement.dataset.charts = 'drawn';
};

boot.start();
