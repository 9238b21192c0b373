import type { FrameSource, FrameSourceOptions, OnFrame } from './frame-source.ts';
import { openBoardFrames } from './board-frames.ts';
import { openPacketSocket } from './packet-socket.ts';
import { openTcpdump } from './tcpdump.ts';

/** Opens a frame source by its description; rejects with the reason when it may not or cannot. */
export async function openFrameSource(options: FrameSourceOptions, onFrame: OnFrame): Promise<FrameSource> {
  switch (options.kind) {
    case 'packet-socket':
      return openPacketSocket(options.interface, onFrame);
    case 'tcpdump':
      return openTcpdump(options.interface, options.host, options.port, onFrame);
    case 'board-frames':
      return openBoardFrames(options.controlPath, onFrame);
  }
}
