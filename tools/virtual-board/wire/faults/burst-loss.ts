import type { Fault } from './stage.ts';

/**
 * Loses frames in bursts: Gilbert's channel (Gilbert 1960; Elliott 1963 with both error rates at their extremes), which
 * in its bad state loses everything and in its good state nothing.
 *
 * @param share of all frames that are lost in the long run, 0 to below 1
 * @param meanLength of a burst, in frames, at least 1
 */
export function burstLoss(share: number, meanLength: number): Fault {
  const recovers = 1 / meanLength;
  const worsens = (share * recovers) / (1 - share);
  return (_clock, random) => {
    let isBad = random() < share;
    return (frame, pass) => {
      if (!isBad) pass(frame);
      isBad = isBad ? random() >= recovers : random() < worsens;
    };
  };
}
