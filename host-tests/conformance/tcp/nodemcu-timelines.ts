import { HANDSHAKE } from './handshake.ts';

/** Rules of lwIP 1.4.0 as NodeMCU ships it that no recording shows; read in app/lwip/core, and seen to execute. */
export const nodemcuTimelines = {
  'a FIN that rides on a small segment waits with it for Nagle (tcp_send_fin sets no TF_FIN)': `${HANDSHAKE}
    20 call write 100
    20 stack PA 1 len 100 ack 1
    21 call write 50
    22 call close
    22 state FIN_WAIT_1
    40 peer A 1 ack 101
    40 event sent 100
    40 state FIN_WAIT_2         # an acknowledgement of all data sent so far passes for that of the FIN
    40 stack FPA 101 len 50
  `,

  'data with the FIN, for an application that has closed, end the connection without a word (tcp_abandon)': `${HANDSHAKE}
    20 call close
    20 stack FA 1 ack 1
    20 state FIN_WAIT_1
    30 peer FPA 1 len 100 ack 2
    30 state TIME_WAIT
    30 state CLOSED
    40 peer FPA 1 len 100 ack 2
    40 stack RA 2 ack 102
  `,

  'a FIN of its own does not wait': `${HANDSHAKE}
    20 call write 100
    20 stack PA 1 len 100 ack 1
    22 call close
    22 stack FA 101 len 0
    22 state FIN_WAIT_1
  `,

  'a segment to be repeated goes although a part of it was acknowledged': `${HANDSHAKE}
    20 call write 2000
    20 stack A 1 len 1000
    20 stack PA 1001 len 1000
    750 stack A 1 len 1000
    800 peer A 1 ack 1501
    800 event sent 1500
    800 stack PA 1001 len 1000
  `,

  'the first segment ahead of its turn is kept whole beyond the window': `${HANDSHAKE}
    20 call hold
    20 peer PA 5001 len 1000
    20 stack A 1 ack 1
    30 peer PA 1 len 1000
    30 event received 1000
    40 peer PA 1001 len 1000
    40 event received 1000
    40 stack A 1 ack 2001
    50 peer PA 2001 len 1000
    50 event received 1000
    60 peer PA 3001 len 1000
    60 event received 1000
    60 stack A 1 ack 4001
    70 peer PA 4001 len 1000
    70 event received 2000
    125 stack A 1 ack 6001 win 65376
  `,

  'a listening port does not look at RST: with a SYN it opens a connection': `
    0 call listen
    0 peer SR 0 win 4096 mss 1000
    0 stack SA 0 ack 1
    0 state SYN_RCVD
  `,

  'SYN_RCVD ends after 20 s, and the SYN and ACK is repeated until then': `
    0     call listen
    0     peer S 0 win 4096 mss 1000
    0     stack SA 0 ack 1
    0     state SYN_RCVD
    1000  stack SA 0 ack 1
    3000  stack SA 0 ack 1
    7000  stack SA 0 ack 1
    15000 stack SA 0 ack 1
    20250 state CLOSED
    20250 event failed -8
  `,
};
