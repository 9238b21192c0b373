import { captureFor, VirtualDriver } from '../../../host-tests/drivers/virtual-driver.ts';
import { WifiDriver } from '../../../host-tests/drivers/wifi-driver.ts';
import type { BoardDriver } from '../../../host-tests/board-driver.ts';
import type { CaptureChoice } from '../../../host-tests/stress/evidence.ts';
import { syntheticImage } from '../../flash/synthetic-image.ts';
import { findPort } from '../../serial/discovery.ts';
import { portCandidates } from '../../virtual-board/lab.ts';
import { startVirtualBoard } from '../../virtual-board/session.ts';
import { forwardToHost } from '../../virtual-board/wire/forward.ts';
import { enterNamespace } from '../../virtual-board/wire/namespace.ts';
import type { Serving } from '../../monitor/serving.ts';
import type { RunOptions } from './options.ts';
import type { Scope } from './scope.ts';

/** A board that can be flashed, uploaded to and hammered, virtual or not. */
export interface RunBoard {
  /** One line: which board this is. */
  note: string;
  serialPath: string;
  isVirtual: boolean;
  /** Flashed before the upload; undefined keeps what the board has. */
  image: Uint8Array | undefined;
  imageName: string;
  /** Where clients reach what the board calls its own address. */
  reach(serving: Serving): Serving;
  driver(serving: Serving): Promise<BoardDriver>;
  /** Where the evidence for verdicts comes from. */
  capture: CaptureChoice;
  /** A URL for a browser on this machine. */
  url(serving: Serving): Promise<string>;
}

/** Finds the board on a serial port. */
export async function findBoard(options: RunOptions, image: Uint8Array | undefined): Promise<RunBoard> {
  const serialPath = await findPort(options.port);
  return {
    note: serialPath,
    serialPath,
    isVirtual: false,
    image,
    imageName: options.firmware ?? '',
    reach: (serving) => ({ ...serving, host: options.host ?? serving.host }),
    driver: ({ host, port }) => Promise.resolve(new WifiDriver(host, port)),
    capture: 'auto',
    url: ({ host, port }) => Promise.resolve(`http://${host}${port === 80 ? '' : `:${port}`}/`),
  };
}

/** Starts a virtual board with an empty flash chip. */
export async function startBoard(options: RunOptions, image: Uint8Array | undefined, scope: Scope): Promise<RunBoard> {
  const { firmware, net, profile, serial } = options;
  const session = await startVirtualBoard({ net, serial, ...(profile !== undefined && { profile }) });
  scope.onClose(() => session.close());
  const { host, port } = session;
  return {
    note: `net: ${session.netReason}`,
    serialPath: session.serialPath,
    isVirtual: true,
    image: image ?? syntheticImage(),
    imageName: firmware ?? 'the synthetic image',
    reach: () => ({ host, port }),
    driver: () => VirtualDriver.connect(session.controlPath, host, port),
    capture: captureFor(session),
    url: async () => {
      const forward =
        session.net !== 'gateway' ? await forwardToHost(portCandidates(undefined), { host, port }) : undefined;
      if (forward) scope.onClose(() => forward.close());
      return forward ? `http://127.0.0.1:${forward.port}/` : `http://${host}:${port}/`;
    },
  };
}

/** A virtual board wants a network namespace of its own; without one it is served through localhost. */
export async function prepareNetwork(options: RunOptions): Promise<void> {
  if (!options.virtual || options.net === 'gateway') return;
  await enterNamespace();
}
