import { HANDSHAKE } from './handshake.ts';

/** How connections end. */
export const closingTimelines = {
  'close from our side: FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT for 60 s': `${HANDSHAKE}
    20 call close
    20 stack FA 1 ack 1
    20 state FIN_WAIT_1
    30 peer A 1 ack 2
    30 state FIN_WAIT_2
    40 peer FA 1 ack 2
    40 event eof
    40 stack A 2 ack 2
    40 state TIME_WAIT
    500 peer FA 1 ack 2
    500 stack A 2 ack 2
    60400+300 state CLOSED
  `,

  'close from the other side: CLOSE_WAIT, data still goes out, LAST_ACK': `${HANDSHAKE}
    20 peer FA 1 ack 1
    20 state CLOSE_WAIT
    20 event eof
    20 stack A 1 ack 2
    30 call write 100
    30 stack PA 1 len 100 ack 2
    40 peer A 2 ack 101
    40 event sent 100
    50 call shutdown
    50 stack FA 101 ack 2
    50 state LAST_ACK
    60 peer A 2 ack 102
    60 state CLOSED
    60 event failed -10
  `,

  'half close: data is received after our FIN': `${HANDSHAKE}
    20 call shutdown
    20 stack FA 1 ack 1
    20 state FIN_WAIT_1
    30 peer PA 1 len 100 ack 2
    30 state FIN_WAIT_2
    30 event received 100
    30 stack A 2 ack 101
  `,

  'simultaneous close goes through CLOSING to TIME_WAIT': `${HANDSHAKE}
    20 call close
    20 stack FA 1 ack 1
    20 state FIN_WAIT_1
    25 peer FA 1 ack 1
    25 state CLOSING
    25 event eof
    25 stack A 2 ack 2
    30 peer A 2 ack 2
    30 state TIME_WAIT
  `,

  'data with the FIN, for an application that has closed, is answered with a RST (RFC 9293 section 3.6.1)': `${HANDSHAKE}
    20 call close
    20 stack FA 1 ack 1
    20 state FIN_WAIT_1
    30 peer FPA 1 len 100 ack 2
    30 state TIME_WAIT
    30 stack RA 2 ack 102
    30 state CLOSED
  `,

  'a close with unread data is a RST': `${HANDSHAKE}
    15 call hold
    20 peer PA 1 len 100
    20 event received 100
    20 stack A 1 ack 101
    30 call close
    30 stack RA 1 ack 101
    30 state TIME_WAIT
  `,

  'abort is a RST': `${HANDSHAKE}
    20 call abort
    20 state CLOSED
    20 stack RA 1 ack 1
    20 event failed -8
  `,

  'a new SYN with a higher number ends TIME_WAIT': `${HANDSHAKE}
    20 call close
    20 stack FA 1 ack 1
    20 state FIN_WAIT_1
    30 peer FA 1 ack 2
    30 event eof
    30 stack A 2 ack 2
    30 state TIME_WAIT
    40 peer S 5000 win 4096 mss 1000
    40 state CLOSED
    40 stack SA 0 ack 5001
    40 state SYN_RCVD
  `,
} satisfies Record<string, string>;
