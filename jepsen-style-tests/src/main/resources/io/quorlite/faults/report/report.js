"use strict";
(() => {
  const run = JSON.parse(document.getElementById("data").textContent);
  const canvas = document.getElementById("canvas");
  const detail = document.getElementById("detail");
  const context = canvas.getContext("2d");
  const OUTCOMES = [["ok", "#3f8f63"], ["failed", "#7d8590"], ["unknown", "#e08a1e"]];
  const NODES = ["#3a6ea5", "#8e5ea2", "#2a9d8f", "#c0793b", "#7a8b2f"];
  const LEFT = 96, AXIS = 20, RATE = 56, ROW = 18;
  const end = Math.max(run.end, 1);
  const faultNames = [...new Set(run.faults.map(fault => fault.name))];
  const nodeNames = [...new Set(run.leaders.map(leader => leader.name))].sort();
  const lane = Math.max(3, Math.min(12, Math.floor(420 / Math.max(run.lanes, 1))));
  const faultsTop = AXIS + RATE + 6;
  const leaderTop = faultsTop + faultNames.length * ROW + 2;
  const lanesTop = leaderTop + (nodeNames.length ? ROW + 4 : 0);
  const height = lanesTop + run.lanes * lane + 6;
  const load = run.phases.find(phase => phase.name === "load");
  let from = load ? Math.max(0, load.at - 1000) : 0, to = end, marked = null; // the nodes' start tells nothing

  const width = () => canvas.clientWidth || 1200;
  const x = time => LEFT + (time - from) / (to - from) * (width() - LEFT);
  const time = pixel => from + (pixel - LEFT) / (width() - LEFT) * (to - from);
  const visible = (a, b) => b >= from && a <= to;

  function box(a, b, top, high, colour) {
    const left = Math.max(x(a), LEFT), right = Math.min(x(b), width());
    context.fillStyle = colour;
    context.fillRect(left, top, Math.max(right - left, 1), high);
    return right - left;
  }

  function label(text, left, top, colour) {
    context.fillStyle = colour || "#1d2329";
    context.fillText(text, left, top);
  }

  function drawAxis() {
    const raw = (to - from) / 8, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map(factor => factor * power).find(candidate => candidate >= raw);
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
      context.fillStyle = "#e6e9ec";
      context.fillRect(x(at), AXIS, 1, height - AXIS);
      label(step >= 100 ? (at / 1000).toFixed(step >= 1000 ? 0 : 1) + " s" : at.toFixed(step < 1 ? 2 : 0) + " ms", x(at) + 2, 14, "#5a636d");
    }
    const free = [0, 0, 0]; // where each row of labels is free again: phases may follow each other at once
    for (const phase of run.phases) {
      if (visible(phase.at, phase.at)) {
        context.fillStyle = "#1d2329";
        context.fillRect(x(phase.at), AXIS, 1, height - AXIS);
        const wide = context.measureText(phase.name).width;
        const left = Math.min(x(phase.at) + 3, width() - wide - 2);
        const row = Math.max(0, free.findIndex(right => right <= left));
        label(phase.name, left, AXIS + 11 + row * 13);
        free[row] = left + wide + 6;
      }
    }
  }

  /** How many operations ended in each slice of the view, by outcome. */
  function drawRate() {
    const slices = Math.max(1, Math.floor((width() - LEFT) / 4));
    const counts = OUTCOMES.map(() => new Float64Array(slices));
    for (const operation of run.operations) {
      if (operation.t >= from && operation.t <= to) {
        counts[operation.o][Math.min(slices - 1, Math.floor((operation.t - from) / (to - from) * slices))]++;
      }
    }
    let most = 1;
    for (let i = 0; i < slices; i++) most = Math.max(most, counts[0][i] + counts[1][i] + counts[2][i]);
    for (let i = 0; i < slices; i++) {
      let base = AXIS + RATE;
      OUTCOMES.forEach(([, colour], outcome) => {
        const high = counts[outcome][i] / most * (RATE - 14);
        context.fillStyle = colour;
        context.fillRect(LEFT + i * 4, base - high, 3, high);
        base -= high;
      });
    }
    label("ended", 4, AXIS + 26);
    label(Math.round(most / ((to - from) / slices) * 1000) + "/s at most", 4, AXIS + 42, "#5a636d");
  }

  function drawFaults() {
    faultNames.forEach((name, row) => label(name.length > 14 ? name.slice(0, 13) + "…" : name, 4, faultsTop + row * ROW + 13));
    for (const fault of run.faults) {
      if (visible(fault.from, fault.to)) {
        const top = faultsTop + faultNames.indexOf(fault.name) * ROW;
        box(fault.from, fault.to, lanesTop, height - lanesTop, "rgba(179,38,30,.10)");
        const wide = box(fault.from, fault.to, top + 1, ROW - 3, "rgba(179,38,30,.55)");
        if (wide > context.measureText(fault.text).width + 6) label(fault.text, Math.max(x(fault.from), LEFT) + 3, top + 13, "#fff");
      }
    }
  }

  function drawLeaders() {
    if (nodeNames.length) label("leader", 4, leaderTop + 13);
    for (const leader of run.leaders) {
      if (visible(leader.from, leader.to)) {
        const wide = box(leader.from, leader.to, leaderTop + 1, ROW - 3, NODES[nodeNames.indexOf(leader.name) % NODES.length]);
        context.fillStyle = "#fff";
        context.fillRect(x(leader.from), leaderTop + 1, x(leader.from) > LEFT ? 1 : 0, ROW - 3);
        const text = leader.name + ", " + leader.text;
        if (wide > context.measureText(text).width + 6) label(text, Math.max(x(leader.from), LEFT) + 3, leaderTop + 13, "#fff");
      }
    }
  }

  /** What is rarer and tells more is drawn over what is common: unknown over failed over ok. */
  function drawOperations() {
    label("workers", 4, lanesTop + 12);
    OUTCOMES.forEach(([, colour], outcome) => {
      for (const operation of run.operations) {
        if (operation.o === outcome && visible(operation.f, operation.t)) {
          box(operation.f, operation.t, lanesTop + operation.l * lane, lane - 1, colour);
        }
      }
    });
    if (marked) {
      context.strokeStyle = "#000";
      context.lineWidth = 2;
      context.strokeRect(x(marked.f) - 1, lanesTop + marked.l * lane - 1, Math.max(x(marked.t) - x(marked.f), 2) + 2, lane + 1);
    }
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = width() * ratio;
    canvas.height = height * ratio;
    canvas.style.height = height + "px";
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = "12px system-ui, sans-serif";
    context.clearRect(0, 0, width(), height);
    drawAxis();
    drawRate();
    drawFaults();
    drawLeaders();
    drawOperations();
  }

  function show(first, last) {
    const span = Math.min(end, Math.max(0.05, last - first));
    from = Math.max(0, Math.min(first, end - span));
    to = from + span;
    draw();
  }

  function zoom(factor, centre) {
    show(centre - (centre - from) * factor, centre + (to - centre) * factor);
  }

  function tell(operation) {
    detail.textContent = operation
      ? OUTCOMES[operation.o][0] + ", " + operation.f + " to " + operation.t + " ms: " + operation.s : "\u00a0";
  }

  function faultAt(event) {
    const bounds = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - bounds.top - faultsTop) / ROW), when = time(event.clientX - bounds.left);
    return run.faults.find(fault => fault.name === faultNames[row] && fault.from <= when && when <= fault.to);
  }

  function at(event) {
    const bounds = canvas.getBoundingClientRect();
    const when = time(event.clientX - bounds.left), slack = (to - from) / width() * 2;
    const row = Math.floor((event.clientY - bounds.top - lanesTop) / lane);
    return run.operations.filter(operation => operation.l === row && operation.f - slack <= when && operation.t + slack >= when)
      .sort((one, other) => other.o - one.o)[0];
  }

  canvas.addEventListener("wheel", event => {
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, time(event.clientX - canvas.getBoundingClientRect().left));
  }, { passive: false });
  let drag = null;
  canvas.addEventListener("mousedown", event => { drag = { at: event.clientX, from, to }; });
  window.addEventListener("mouseup", () => { drag = null; });
  canvas.addEventListener("mousemove", event => {
    if (drag) {
      const moved = (event.clientX - drag.at) / (width() - LEFT) * (drag.to - drag.from);
      show(drag.from - moved, drag.to - moved);
    } else {
      const fault = faultAt(event);
      if (fault) detail.textContent = fault.name + ", " + fault.from + " to " + fault.to + " ms: " + fault.text;
      else tell(at(event));
    }
  });
  document.querySelectorAll("[data-zoom]").forEach(button => button.addEventListener("click", () => {
    const factor = Number(button.dataset.zoom);
    if (factor) zoom(factor, (from + to) / 2); else show(0, end);
  }));
  document.querySelectorAll("[data-line]").forEach(link => link.addEventListener("click", () => {
    const line = Number(link.dataset.line);
    // The line may be of a call's end or of a watch: the last call before it is the nearest.
    marked = run.operations.reduce((best, operation) => operation.n <= line && (!best || operation.n > best.n) ? operation : best, null);
    if (marked) {
      const around = Math.max((marked.t - marked.f) * 5, 20);
      tell(marked);
      show(marked.f - around, marked.t + around);
    }
  }));
  window.addEventListener("resize", draw);
  draw();
})();
