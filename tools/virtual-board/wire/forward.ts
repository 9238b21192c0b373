import { connect, Server, type Socket } from 'node:net';
import { UserError } from '../../cli/exit.ts';
import type { ListenAnswer, ListenRequest } from './namespace.ts';

export interface Forward {
  /** The port on 127.0.0.1 outside the namespace. */
  port: number;
  close(): void;
}

/**
 * Lets programs outside our network namespace (a browser, say) reach `target` inside it: the supervisor opens
 * 127.0.0.1 in its own namespace (at the first free one of `ports`; 0 is any) and every connection to it is carried over to a new
 * connection from here, half-closes and resets included.
 * @throws UserError when the ports are taken. Resolves to undefined when no supervisor is there to ask.
 */
export async function forwardToHost(
  ports: readonly number[],
  target: { host: string; port: number },
): Promise<Forward | undefined> {
  if (!process.connected) return undefined;
  const [answer, server] = await askSupervisor({ listen: ports });
  if ('refused' in answer || !(server instanceof Server)) {
    const reason = 'refused' in answer ? answer.refused : 'no handle';
    throw new UserError(`cannot listen on 127.0.0.1:${ports.join()}: ${reason}`, 'choose another port with --port');
  }
  // A server that came as a handle has lost its options; without this the FIN of either side would end both directions.
  (server as Server & { allowHalfOpen: boolean }).allowHalfOpen = true;
  server.on('connection', (outer: Socket) => join(outer, connect({ ...target, allowHalfOpen: true })));
  return { port: answer.listening, close: () => server.close() };
}

function askSupervisor(request: ListenRequest): Promise<[ListenAnswer, unknown]> {
  return new Promise((resolve) => {
    process.once('message', (answer, handle) => {
      process.channel?.unref();
      resolve([answer as ListenAnswer, handle]);
    });
    process.send?.(request);
  });
}

/** Carries bytes, FIN and RST between two sockets in both directions. */
function join(a: Socket, b: Socket): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      if (!to.writableEnded) to.destroy();
    });
  }
}
