import { newExchange, type Exchange } from '../../client/exchange.ts';

/** An exchange that was answered and that the device closed, but for what `over` says. */
export const answeredExchange = (over: Partial<Exchange>): Exchange => ({
  ...newExchange(),
  localPort: 4000,
  startedAt: 1000,
  connectedAt: 1001,
  repliedAt: 1003,
  endedAt: 1004,
  outcome: 'answered',
  ending: 'device-fin',
  ...over,
});
