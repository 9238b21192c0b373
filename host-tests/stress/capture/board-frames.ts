import { connectControl, type BoardControl } from '../../../tools/virtual-board/control-client.ts';
import type { FrameSource, OnFrame } from './frame-source.ts';

/**
 * Frames as a virtual board's own wire sees them, through its control socket. The board's clock is brought to the
 * wall's by the quickest frame so far.
 */
export async function openBoardFrames(controlPath: string, onFrame: OnFrame): Promise<FrameSource> {
  const control = await connectControl(controlPath);
  let drops = 0;
  let offset = Infinity;
  let lastPorts: GatewayPorts | undefined;
  control.onFrame(({ t, base64, dropped = 0 }) => {
    drops += dropped;
    offset = Math.min(offset, Date.now() - t);
    onFrame(Buffer.from(base64, 'base64'), t + offset);
  });
  await control.call('frames');
  return {
    name: "the virtual board's own wire",
    drops: () => drops,
    clientPorts: async () => lastPorts ?? (await gatewayPorts(control)),
    close: async () => {
      lastPorts = await gatewayPorts(control);
      control.close();
    },
  };
}

type GatewayPorts = Readonly<Record<number, number>>;

const gatewayPorts = async (control: BoardControl): Promise<GatewayPorts> =>
  (await control.call('gateway')) as GatewayPorts;
