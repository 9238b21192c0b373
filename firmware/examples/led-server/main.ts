import { listen, route } from './server.ts';
import { change, describe, setUp } from './leds.ts';
import { fields, page } from './page.ts';

function status(): string {
  return `{"heap":${node.heap()},"uptime":${tmr.time()}}`;
}

setUp([
  { name: 'red', pin: 1 },
  { name: 'green', pin: 2 },
  { name: 'blue', pin: 5 },
]);
route('GET', '/', 'text/html', page);
route('GET', '/api/leds', 'application/json', describe);
route('POST', '/api/leds', 'application/json', (body) => {
  const wish = fields(body);
  if (!change(wish['name'], wish['state'], wish['period'])) return undefined;
  return describe();
});
route('GET', '/api/status', 'application/json', status);
listen(80);
