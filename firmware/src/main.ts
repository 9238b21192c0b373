/** The LED web server. */
import './led/leds.ts';
import './net/manager.ts';
import './system/watch.ts';
import { overlay } from './runtime.ts';

function onError(this: void, traceback: string): void {
  overlay<typeof import('./system/crashes.ts')>($module('./system/crashes.ts')).die(traceback);
}

node.egc.setmode(node.egc.ON_ALLOC_FAILURE);
node.setonerror?.(onError);
overlay<typeof import('./system/boot.ts')>($module('./system/boot.ts')).guard(() => {
  overlay<typeof import('./system/start.ts')>($module('./system/start.ts')).start();
}, onError);
