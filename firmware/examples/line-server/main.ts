/** A server of one's own on the connection manager: port 7 tells how long each line is. */
import '../../src/net/manager.ts';
import { overlay } from '../../src/runtime.ts';
import { join } from '../../src/system/station.ts';

node.egc.setmode(node.egc.ON_ALLOC_FAILURE);
join();
overlay<typeof import('../../src/net/serve.ts')>($module('../../src/net/serve.ts')).serve(
  7,
  $module('./lines.ts'),
  'come back later\n',
);
print('lines: listening on 192.168.100.99:7');
