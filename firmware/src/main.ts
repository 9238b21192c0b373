/** The LED web server. */
import { overlay } from './runtime.ts';

node.egc.setmode(node.egc.ON_ALLOC_FAILURE);
overlay<typeof import('./system/boot.ts')>($module('./system/boot.ts')).guard(() => {
  overlay<typeof import('./system/start.ts')>($module('./system/start.ts')).start();
});
