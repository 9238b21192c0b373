const find = (id) => document.getElementById(id);
const message = find('message');
let leds = [];
let busy = false;

const say = (text) => {
  if (message.textContent !== text) message.textContent = text;
};

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

async function ask(path, options) {
  const response = await fetch(path, { ...options, signal: AbortSignal.timeout(8000) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

async function set(name, change) {
  busy = true;
  try {
    draw((await ask('/api/leds', { method: 'POST', body: JSON.stringify({ name, ...change }) })).leds);
    say(`${name}: ${change.state}`);
  } catch (error) {
    say(`Not done: ${error.message}`);
  }
  busy = false;
}

const states = { on: 'On', off: 'Off', blink: 'Blink' };

function build(led) {
  const lamp = element('i', { ariaHidden: 'true' });
  const choices = Object.entries(states).map(([state, text]) =>
    element('button', { type: 'button', textContent: text, onclick: () => set(led.name, { state }) }),
  );
  const output = element('output', {});
  const slider = element('input', {
    type: 'range',
    min: 50,
    max: 2000,
    step: 50,
    oninput: () => (output.textContent = `${slider.value} ms`),
    onchange: () => set(led.name, { state: 'blink', period: +slider.value }),
  });
  const label = element('label', {}, 'Period ', output, slider);
  const box = element(
    'fieldset',
    {},
    element('legend', {}, lamp, led.name),
    element('div', { className: 'choices' }, ...choices),
    label,
  );
  find('leds').append(box);
  return (now) => {
    lamp.className = now.lit ? 'lit' : '';
    Object.keys(states).forEach((state, index) => (choices[index].ariaPressed = String(now.state === state)));
    if (document.activeElement !== slider) {
      slider.value = now.period;
      output.textContent = `${now.period} ms`;
    }
  };
}

function draw(list) {
  if (!leds.length) leds = list.map(build);
  list.forEach((led, index) => leds[index](led));
}

function report(status) {
  const rows = {
    'Free memory': `${status.heap} bytes`,
    'Running for': `${status.uptime} s`,
    Connections: status.connections,
    'Requests answered': status.counters.answered,
  };
  find('status').replaceChildren(
    ...Object.entries(rows).flatMap(([name, value]) => [
      element('dt', { textContent: name }),
      element('dd', { textContent: value }),
    ]),
  );
}

async function refresh() {
  if (!busy && !document.hidden) {
    try {
      draw((await ask('/api/leds')).leds);
      report(await ask('/api/status'));
      if (/^(Conn|No)/.test(message.textContent)) say('Connected');
    } catch {
      say('No answer from the board');
    }
  }
  setTimeout(refresh, 2000);
}

refresh();
