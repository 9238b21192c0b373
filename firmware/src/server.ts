/** The web server as a whole: what is on the heap while somebody is connected. */
import { onAccept } from './net/manager.ts';
import { handlers, methods, receive } from './http/server.ts';
import { handle as handlePage } from './led/page.ts';
import { overlay } from './runtime.ts';

handlers['/'] = handlePage;
methods['/'] = 'GET,HEAD';
handlers['/api/leds'] = $module('./led/api.ts');
methods['/api/leds'] = 'GET,HEAD,POST';
handlers['/api/status'] = $module('./system/status.ts');
methods['/api/status'] = 'GET,HEAD';
handlers['/api/config'] = $module('./system/config.ts');
methods['/api/config'] = 'PUT,POST';
handlers['/metrics'] = $module('./system/metrics.ts');
methods['/metrics'] = 'GET,HEAD';

overlay<typeof import('./net/use.ts')>($module('./net/use.ts')).use({
  receive,
  busy: 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  rarely: $module('./http/rarely.ts'),
});

export { onAccept };
