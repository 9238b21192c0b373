import { createRequire } from 'node:module';
import type { BindingInterface } from '@serialport/bindings-cpp';
import type { Port } from '../serial/port.ts';
import { sharedBinding } from '../serial/shared-binding.ts';

/** The part of nodemcu-tool's `lib/nodemcu-connector.js` that is used here. */
interface Connector {
  onError(receiver: (error: Error) => void): void;
  connect(path: string, baudRate: number, checkConnection: boolean): Promise<string>;
  disconnect(): Promise<void>;
  upload(
    localPath: string,
    remoteName: string,
    options: { minify: boolean },
    progress: (done: number, total: number) => void,
  ): Promise<void>;
}

/** One batch of transfers by nodemcu-tool. None of its promises ends when the board falls silent: guard each. */
export interface NodemcuTool {
  upload(localPath: string, remoteName: string, progress: (done: number, total: number) => void): Promise<void>;
  close(): Promise<void>;
}

const require = createRequire(import.meta.url);

/**
 * nodemcu-tool's library over a port that is open already. Its state (waiting answers, transfer encoding, helper
 * functions believed to be on the board) is global to a process, so every batch loads it anew.
 */
export async function startNodemcuTool(port: Port): Promise<NodemcuTool> {
  const connector = loadFresh(port);
  connector.onError(() => undefined);
  await connector.connect(port.path, port.baudRate, false);
  return {
    upload: (localPath, remoteName, progress) => connector.upload(localPath, remoteName, { minify: false }, progress),
    close: () => connector.disconnect(),
  };
}

function loadFresh(port: Port): Connector {
  for (const file of Object.keys(require.cache))
    if (/[\\/](nodemcu-tool[\\/]lib|serialport-facade)[\\/]/.test(file)) Reflect.deleteProperty(require.cache, file);
  const requireAsTool = createRequire(require.resolve('nodemcu-tool'));
  const logging = requireAsTool('logging-facility') as { setBackend(backend: () => void): void };
  logging.setBackend(() => undefined);
  const serialport = requireAsTool('serialport') as { Binding: BindingInterface };
  serialport.Binding = sharedBinding(port);
  return require('nodemcu-tool') as Connector;
}
