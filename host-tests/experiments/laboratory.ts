import { VirtualClock } from '../../tools/virtual-board/clock.ts';
import { seededRandom } from '../../tools/virtual-board/random.ts';
import { createWire } from '../../tools/virtual-board/wire/wire.ts';
import type { AckPolicy, PeerEvents } from './peer/linux-connection.ts';
import { LinuxHost } from './peer/linux-host.ts';
import { Subject, type SubjectOptions } from './subject.ts';

export type LaboratoryOptions = Omit<SubjectOptions, 'clock' | 'random' | 'link'> & {
  seed: number;
  /** The line on the serial console after which the load may begin. */
  ready: string;
  policy?: AckPolicy;
  /** The laptop's server, there before the board is switched on. */
  server?: { port: number; events: PeerEvents };
};

/** A board, a laptop and the cable between them, in virtual time: an hour takes seconds, the same seed the same trace. */
export class Laboratory {
  readonly clock = new VirtualClock();
  readonly laptop: LinuxHost;
  readonly subject: Subject;

  constructor({ seed, ready, policy, server, ...options }: LaboratoryOptions) {
    const { clock } = this;
    const random = seededRandom(seed);
    const [link, laptopEnd] = createWire(clock);
    this.laptop = new LinuxHost({ clock, random, link: laptopEnd, ...(policy && { policy }) });
    if (server) this.laptop.listen(server.port, server.events);
    this.subject = new Subject({ ...options, clock, random, link });
    while (!this.subject.hasSaid(ready)) clock.runUntil(clock.now() + 50);
    this.subject.begin();
  }

  /** Runs for `ms` of virtual time, sampling the board every `sampleMs`. */
  run(ms: number, sampleMs = 250): void {
    const end = this.clock.now() + ms;
    while (this.clock.now() < end) {
      this.clock.runUntil(Math.min(end, this.clock.now() + sampleMs));
      this.subject.sample();
    }
  }
}
