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

  it('shows after a restart what it showed before', () => {
    boot();
    post('/api/leds', '{"name":"D4","state":"on"}');
    lab.run(5000);
    lab.log = '';
    lab.board.reset('external');
    lab.runUntil(() => lab.log.includes('listening'), 10_000);
    expect(isLit()).toBe(true);
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

  it('stays in safe mode after three crashes in a row', () => {
    lab = new Lab({ files: { ...files, 'led_control.lc': Buffer.from('not Lua') } });
    lab.board.powerOn();
    expect(lab.runUntil(() => lab.log.includes('safe mode'), 60_000)).toBe(true);
    const { restarts } = lab;
    lab.run(30_000);
    expect(lab.restarts).toBe(restarts);
  });
});
