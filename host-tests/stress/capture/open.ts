import type { FrameSource, FrameSourceOptions, OnFrame } from './frame-source.ts';
import { openBoardFrames } from './board-frames.ts';
import { openCaptureProgram } from './capture-program.ts';
import { openPacketSocket } from './packet-socket.ts';

/** Opens a frame source by its description; rejects with the reason when it may not or cannot. */
export async function openFrameSource(options: FrameSourceOptions, onFrame: OnFrame): Promise<FrameSource> {
  switch (options.kind) {
    case 'packet-socket':
      return openPacketSocket(options.interface, onFrame);
    case 'program': {
      const { program, interface: interfaceName, host, port } = options;
      return openCaptureProgram(program, interfaceName, `host ${host} and tcp port ${port}`, onFrame);
    }
    case 'board-frames':
      return openBoardFrames(options.controlPath, onFrame);
  }
}
