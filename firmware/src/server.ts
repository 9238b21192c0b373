/** The web server as a whole: what is on the heap while somebody is connected. */
import { onAccept } from './net/manager.ts';
import { receive, routes } from './http/server.ts';
import './led/page.ts';
import { overlay } from './runtime.ts';

routes.text = table.concat([
  '\n/ ,GET,HEAD, ',
  $module('./led/page.ts'),
  '\n/api/leds ,GET,HEAD,POST, ',
  $module('./led/api.ts'),
  '\n/api/status ,GET,HEAD, ',
  $module('./system/status.ts'),
  '\n/api/config ,PUT,POST, ',
  $module('./system/config.ts'),
  '\n/metrics ,GET,HEAD, ',
  $module('./system/metrics.ts'),
  '\n',
]);

overlay<typeof import('./net/use.ts')>($module('./net/use.ts')).use({
  receive,
  busy: 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  rarely: $module('./http/rarely.ts'),
});

export { onAccept };
