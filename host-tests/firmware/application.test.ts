import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from './client.ts';
import { type BoardFiles, compileFirmware, Lab } from './lab.ts';

let files: BoardFiles;
let lab: Lab;

beforeAll(async () => {
  files = await compileFirmware();
});

afterEach(() => lab.close());

function boot(more: Record<string, string> = {}): void {
  const extra = Object.fromEntries(Object.entries(more).map(([name, text]) => [name, Buffer.from(text)]));
  lab = new Lab({ files: { ...files, ...extra } });
  lab.boot();
}

function post(path: string, body: string, fields = ''): string {
  return exchange(lab, `POST ${path} HTTP/1.0\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`).response;
}

/** The LEDs as the board tells them, without what depends on the moment. */
function listed(): string {
  const { response } = exchange(lab, 'GET /api/leds HTTP/1.0\r\n\r\n');
  return response.slice(response.indexOf('{')).replace(/"lit":\w+/g, '');
}

/** D4, active low. */
const isLit = (): boolean => lab.board.snapshot().pins['2'] === 0;

/** The part of four seconds that D4 is lit. */
function shareLit(): number {
  let lit = 0;
  for (let sample = 0; sample < 400; sample++) {
    lab.run(10);
    if (isLit()) lit++;
  }
  return lit / 400;
}

describe('the LED application', () => {
  it('switches a LED on, off and over', () => {
    boot();
    expect(post('/api/leds', '{"name": "D4", "state": "on"}')).toContain('"state":"on","lit":true');
    expect(isLit()).toBe(true);
    post('/api/leds', 'name=D4&state=toggle');
    expect(isLit()).toBe(false);
    expect(lab.log).toContain('led D4 on');
  });

  it('blinks with a period and a duty', () => {
    boot();
    post('/api/leds', '{"name":"D4","state":"blink","period":1000,"duty":25}');
    expect(shareLit()).toBeCloseTo(0.25, 1);
  });

  it('plays a sequence and refuses one that makes no sense', () => {
    boot();
    expect(post('/api/leds', '{"name":"D4","state":"sequence","steps":[100,100,300,500]}')).toContain(
      '"steps":[100,100,300,500]',
    );
    expect(shareLit()).toBeCloseTo(0.4, 1);
    expect(post('/api/leds', '{"name":"D4","state":"sequence","steps":[1,2,3]}')).toContain(' 422 ');
  });

  it('joins changes of different things from two browsers', () => {
    boot();
    post('/api/leds', '{"name":"D4","state":"blink","period":400}');
    post('/api/leds', '{"name":"D4","duty":20}');
    expect(post('/api/leds', '{"name":"D4","period":800}')).toContain(
      '"state":"blink","lit":true,"period":800,"duty":20',
    );
    expect(shareLit()).toBeCloseTo(0.2, 1);
  });

  it('leaves everything as it was when a change makes no sense', () => {
    boot();
    post('/api/leds', '{"name":"D4","state":"on","period":400,"duty":10}');
    const before = listed();
    const changes = [
      '"state":"glow"',
      '"period":39',
      '"period":"fast"',
      '"duty":100',
      '"state":"sequence"',
      '"steps":[20]',
    ];
    for (const change of changes) expect(post('/api/leds', `{"name":"D4",${change}}`), change).toContain(' 422 ');
    expect(post('/api/leds', '{"name":"D5","state":"on"}')).toContain(' 422 ');
    expect(listed()).toBe(before);
  });

  it('holds code for blinking only while something blinks', () => {
    boot();
    const freeAfter = (first: string, second: string): number => {
      post('/api/leds', `name=D0&state=${first}`);
      post('/api/leds', `name=D4&state=${second}&steps=50,50`);
      lab.run(20_000);
      return lab.board.snapshot({ collect: true }).heap;
    };
    const blinking = freeAfter('blink', 'sequence');
    const before = freeAfter('off', 'on');
    expect(before - blinking).toBeGreaterThan(2000);
    expect(before - freeAfter('off', 'blink')).toBeGreaterThan(2000);
    expect(Math.abs(before - freeAfter('off', 'on'))).toBeLessThan(500);
  });

  it('shows after a restart what it showed before', () => {
    boot({ 'leds.lua': 'return {{name="one", pin=4, activeLow=true}, {name="two", pin=5}, {name="three", pin=6}}' });
    post('/api/leds', '{"name":"one","state":"on"}');
    post('/api/leds', '{"name":"two","state":"blink","period":700,"duty":30}');
    post('/api/leds', '{"name":"three","state":"sequence","steps":[100,200]}');
    const before = listed();
    lab.run(5000);
    lab.log = '';
    lab.board.reset('external');
    lab.runUntil(() => lab.log.includes('listening'), 10_000);
    expect(isLit()).toBe(true);
    expect(listed()).toBe(before);
  });

  it('remembers through a power cut between the new file and the end of the old one', () => {
    boot({ 'leds.state.new': 'on 1000 50  4 0 D4\n' });
    expect(isLit()).toBe(true);
  });

  it('leaves out what is no LED in leds.lua and what is damaged in its memory', () => {
    boot({ 'leds.lua': 'return {{name="x"}, 7, {name="red", pin=5}}', 'leds.state': 'on 1000\n\non 1 1  5 1 red\n' });
    expect(lab.log).toContain('leds.lua has an entry without a name and a pin');
    expect(exchange(lab, 'GET /api/leds HTTP/1.0\r\n\r\n').response).toContain(
      '{"leds":[{"name":"red","pin":5,"state":"on"',
    );
  });

  it('takes its LEDs from leds.lua', () => {
    boot({ 'leds.lua': 'return {{name="red", pin=5}}' });
    expect(exchange(lab, 'GET /api/leds HTTP/1.0\r\n\r\n').response).toContain('[{"name":"red","pin":5,"state":"off"');
  });

  it('tells its state as JSON and for Prometheus', () => {
    boot();
    const { response } = exchange(lab, 'GET /api/status HTTP/1.0\r\n\r\n');
    const status = JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4)) as { ip: string; connections: number };
    expect(status).toMatchObject({ ip: '192.168.100.99', connections: 1 });
    expect(exchange(lab, 'GET /metrics HTTP/1.0\r\n\r\n').response).toMatch(/\nlast_ack_accepted_total 2\n/);
  });

  it('changes its configuration only for those who know the token', () => {
    boot({ token: 'secret\n' });
    const leds = '[{"name":"blue","pin":6,"activeLow":false}]';
    expect(post('/api/config', leds)).toContain(' 401 ');
    expect(post('/api/config', leds, 'Authorization: Bearer wrong\r\n')).toContain(' 401 ');
    expect(post('/api/config', leds, 'Authorization: Bearer SECRET\r\n')).toContain(' 401 ');
    expect(post('/api/config', leds, 'X-Authorization: Bearer secret\r\n')).toContain(' 401 ');
    expect(post('/api/config', '[{"name":"a\\"b","pin":6}]', 'Authorization: Bearer secret\r\n')).toContain(' 422 ');
    expect(post('/api/config', leds, 'aUTHORIZATION:  Bearer secret \r\n')).toContain(' 200 ');
    lab.log = '';
    lab.runUntil(() => lab.log.includes('listening'), 10_000);
    expect(exchange(lab, 'GET /api/leds HTTP/1.0\r\n\r\n').response).toContain('"name":"blue"');
  });
});

describe('the boot guard', () => {
  it('gives the prompt to whoever presses a key', () => {
    lab = new Lab({ files });
    lab.board.powerOn();
    lab.runUntil(() => lab.log.includes('press a key'), 5000);
    lab.board.serial.write(Buffer.from('\r'));
    lab.run(5000);
    expect(lab.log).toContain('the prompt is yours');
    expect(lab.log).not.toContain('listening');
  });

  it('gives the prompt to whoever holds the flash button', () => {
    lab = new Lab({ files });
    lab.board.powerOn();
    lab.runUntil(() => lab.log.includes('press a key'), 5000);
    lab.board.setInput(0, 0);
    lab.run(5000);
    expect(lab.log).toContain('the prompt is yours');
    expect(lab.log).not.toContain('listening');
  });

  it('stays in safe mode after three crashes in a row, with a prompt that takes a mended file', () => {
    lab = new Lab({ files: { ...files, 'led_control.lc': Buffer.from('not Lua') } });
    lab.board.powerOn();
    expect(lab.runUntil(() => lab.log.includes('safe mode'), 60_000)).toBe(true);
    const { restarts } = lab;
    lab.run(30_000);
    expect(lab.restarts).toBe(restarts);
    lab.board.serial.write(
      Buffer.from('f = file.open("mended", "w") f:write("it") f:close() print(file.exists("mended"))\n'),
    );
    lab.run(1000);
    expect(lab.log).toMatch(/\ntrue\r/);
    lab.log = '';
    lab.board.reset('external');
    lab.run(1000);
    expect(lab.log).toContain('press a key');
  });
});

describe('the Wi-Fi link', () => {
  it('is tried again ever less often while it is away, and serves when it is back', () => {
    boot();
    lab.board.setAccessPoint(false);
    lab.run(240_000);
    const waits = Array.from(lab.log.matchAll(/trying again; next time in (\d+) s/g), ([, seconds]) => Number(seconds));
    expect(waits).toEqual([20, 40, 80, 120]);
    expect(exchange(lab, 'HEAD / HTTP/1.0\r\n\r\n').outcome).not.toBe('answered');
    lab.log = '';
    lab.board.setAccessPoint(true);
    expect(lab.runUntil(() => lab.log.includes('listening'), 130_000)).toBe(true);
    expect(exchange(lab, 'HEAD / HTTP/1.0\r\n\r\n').response).toContain(' 200 ');
  });

  it('is joined as wifi.lua says, and tells the name by multicast DNS', () => {
    const names: string[] = [];
    const settings =
      'return {ssid="last-ack-lab", ip="192.168.100.99", netmask="255.255.255.0", gateway="192.168.100.1", hostname="kitchen"}';
    lab = new Lab({
      files: { ...files, 'wifi.lua': Buffer.from(settings) },
      onFrame: (direction, frame) => {
        // UDP to port 5353: RFC 6762.
        if (direction === 'tx' && frame[23] === 17 && frame[36] === 0x14 && frame[37] === 0xe9)
          names.push(Buffer.from(frame).toString('latin1'));
      },
    });
    lab.boot();
    lab.run(5000);
    expect(names.join('')).toContain('\x07kitchen\x05local\0');
  });
});
