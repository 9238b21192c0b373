import { closingTimelines } from './closing-timelines.ts';
import { HANDSHAKE } from './handshake.ts';

const DATA_1000 = `
  20 call write 1000
  20 stack PA 1 len 1000 ack 1
`;

/** Time lines that a TCP after RFC 9293 has to follow, by name. See timeline.ts for the language. */
export const timelines = {
  ...closingTimelines,

  'three-way handshake from the passive side, MSS both ways': HANDSHAKE,

  'three-way handshake from the active side': `
    0  call connect
    0  stack S 0 mss 1460
    0  state SYN_SENT
    10 peer SA 0 ack 1 win 4096 mss 1000
    10 stack A 1 ack 1
    10 state ESTABLISHED
    10 event connected
  `,

  'simultaneous open': `
    0  call connect
    0  stack S 0 mss 1460
    0  state SYN_SENT
    5  peer S 0 win 4096 mss 1000
    5  stack SA 0 ack 1
    5  state SYN_RCVD
    9  peer A 1 ack 1
    9  state ESTABLISHED
    9  event connected
  `,

  'a peer without MSS option gets 536 bytes': `
    0  call listen
    0  peer S 0 win 4096
    0  stack SA 0 ack 1
    0  state SYN_RCVD
    10 peer A 1 ack 1
    10 state ESTABLISHED
    10 event connected
    20 call write 600
    20 stack A 1 len 536
    30 peer A 1 ack 537
    30 event sent 536
    30 stack PA 537 len 64
  `,

  'a segment with a wrong checksum is dropped without a word': `${HANDSHAKE}
    20 peer PA 1 len 5 badsum
    40 peer A 1
  `,

  'a SYN to a closed port is answered by RST and ACK of the SYN': `
    0 peer S 0 win 4096
    0 stack RA 0 ack 1
  `,

  'an ACK to a closed port is answered by a RST with its number and no ACK': `
    0 peer A 1 ack 300
    0 stack R 300
  `,

  'a RST to nobody is not answered': `
    0 call listen
    0 peer R 1
    5 peer RA 1 ack 1
  `,

  'an exact RST ends the connection, and the application is told': `${HANDSHAKE}
    20 peer R 1
    20 state CLOSED
    20 event failed -9
  `,

  'a RST elsewhere in the window is challenged (RFC 5961)': `${HANDSHAKE}
    20 peer R 500
    20 stack A 1 ack 1
    30 peer PA 1 len 5
    30 event received 5
    30 stack A 1 ack 6
  `,

  'a SYN inside a connection is challenged (RFC 5961)': `${HANDSHAKE}
    20 peer S 100
    20 stack A 1 ack 1
  `,

  'an ACK of data never sent is answered by an ACK and taken for nothing': `${HANDSHAKE}
    20 peer A 1 ack 5000
    20 stack A 1 ack 1
  `,

  'segments out of order are kept, and acknowledged together when the hole is filled': `${HANDSHAKE}
    20 peer PA 101 len 100
    20 stack A 1 ack 1
    30 peer PA 201 len 100
    30 stack A 1 ack 1
    40 peer PA 1 len 100
    40 event received 300
    40 stack A 1 ack 301
  `,

  'an overlapping segment is trimmed': `${HANDSHAKE}
    20 peer PA 1 len 100
    20 event received 100
    20 stack A 1 ack 101
    30 peer PA 51 len 100
    30 event received 50
    30 stack A 1 ack 151
  `,

  'data beyond the window is cut off': `${HANDSHAKE}
    20 call hold
    20 peer PA 1 len 1460
    20 event received 1460
    20 stack A 1 ack 1461
    30 peer PA 70000 len 10
    30 stack A 1 ack 1461
  `,

  'retransmission after 1 s, doubled each time, and slow start from one segment': `${HANDSHAKE}
    20 call write 3000
    20 stack A 1 len 1000
    20 stack A 1001 len 1000
    1000+250 stack A 1 len 1000
    3000+450 stack A 1 len 1000
    7000+650 stack A 1 len 1000
  `,

  'the third duplicate ACK sends the segment at once': `${HANDSHAKE}
    20 call write 3000
    20 stack A 1 len 1000
    20 stack A 1001 len 1000
    30 peer A 1 ack 1001
    30 event sent 1000
    30 stack PA 2001 len 1000
    40 peer A 1 ack 1001
    41 peer A 1 ack 1001
    42 peer A 1 ack 1001
    42 stack A 1001 len 1000
    50 peer A 1 ack 3001
    50 event sent 2000
  `,

  'a closed window is probed with one byte, and opening it sends the rest': `
    0  call listen
    0  peer S 0 win 500 mss 1000
    0  stack SA 0 ack 1
    0  state SYN_RCVD
    10 peer A 1 ack 1
    10 state ESTABLISHED
    10 event connected
    20 call write 1000
    20 stack A 1 len 500
    30 peer A 1 ack 501 win 0
    30 event sent 500
    1000+200 stack A 501 len 1
    1300 peer A 1 ack 501 win 4096
    1300 stack PA 501 len 500
    1310 peer A 1 ack 1001
    1310 event sent 500
  `,

  'a window that shrinks behind sent data does no harm': `${HANDSHAKE}${DATA_1000}
    30 peer A 1 ack 1 win 100
    40 call write 200
    50 peer A 1 ack 1001 win 4096
    50 event sent 1000
    50 stack PA 1001 len 200
  `,

  'a RST is taken while our window is closed': `${HANDSHAKE}
    15 call hold
    20 peer A 1 len 1400
    20 event received 1400
    20 stack A 1 ack 1401
    30 peer R 1401
    30 state CLOSED
    30 event failed -9
  `,

  'a small reopening of the window is not worth a segment, a large one is': `${HANDSHAKE}
    15 call hold
    20 peer A 1 len 1400
    20 event received 1400
    20 stack A 1 ack 1401 win 64135
    30 call recved 100
    40 peer A 1401 len 1400
    40 event received 1400
    40 stack A 1 ack 2801
  `,

  'Nagle: one small segment in flight, the next wait together': `${HANDSHAKE}
    20 call write 10
    20 stack PA 1 len 10
    21 call write 20
    22 call write 30
    40 peer A 1 ack 11
    40 event sent 10
    40 stack PA 11 len 50
  `,

  'Nagle can be switched off': `${HANDSHAKE}
    15 call nodelay
    20 call write 10
    20 stack PA 1 len 10
    21 call write 20
    21 stack PA 11 len 20
  `,

  'a keep-alive asks once the connection is idle, and an answer keeps it': `${HANDSHAKE}
    20 call keepalive 10000
    10100+200 stack A 0 ack 1
    10400 peer A 1 ack 1
    20400+300 stack A 0 ack 1
    20800 peer A 1 ack 1
  `,

  'a SYN that nobody answers is repeated with growing pauses, and the application is told': `
    0     call connect
    0     stack S 0
    0     state SYN_SENT
    1000+200 stack S 0
    3000+400 stack S 0
    7000+600 stack S 0
    15000+900 stack S 0
    31000+1500 stack S 0
    63000+2500 stack S 0
    127000+4000 stack S 0
    255000+6000 state CLOSED
    255000+6000 event failed -8
  `,

  'a window that stays closed is probed for ever': `
    0  call listen
    0  peer S 0 win 0 mss 1000
    0  stack SA 0 ack 1
    0  state SYN_RCVD
    10 peer A 1 ack 1
    10 state ESTABLISHED
    10 event connected
    20 call write 10
    1000+200 stack A 1 len 1
    1300 peer A 1 ack 1
    3000+400 stack A 1 len 1
    3500 peer A 1 ack 1
    7000+800 stack A 1 len 1
    8000 peer A 1 ack 1
    15000+1500 stack A 1 len 1
    17000 peer A 1 ack 1
    31000+2500 stack A 1 len 1
    34000 peer A 1 ack 1
    63000+5000 stack A 1 len 1
    69000 peer A 1 ack 1
    123000+9000 stack A 1 len 1
    133000 peer A 1 ack 1
    183000+12000 stack A 1 len 1
  `,

  'data that nobody acknowledges ends the connection, after more than 100 s': `${HANDSHAKE}
    20 call write 10
    20 stack PA 1 len 10
    1000+250 stack PA 1 len 10
    3000+450 stack PA 1 len 10
    7000+650 stack PA 1 len 10
    15000+1000 stack PA 1 len 10
    31000+1500 stack PA 1 len 10
    63000+2500 stack PA 1 len 10
    127000+4000 stack PA 1 len 10
    255000+6000 stack PA 1 len 10
    383000+8000 stack PA 1 len 10
    511000+10000 stack PA 1 len 10
    639000+12000 stack PA 1 len 10
    767000+14000 stack PA 1 len 10
    895000+16000 state CLOSED
    895000+16000 event failed -8
  `,

  'a RST in SYN_RCVD ends the connection and leaves the listener': `
    0  call listen
    0  peer S 0 win 4096 mss 1000
    0  stack SA 0 ack 1
    0  state SYN_RCVD
    10 peer R 1
    10 state CLOSED
    10 event failed -9
    20 peer S 0 win 4096 mss 1000
    20 stack SA 0 ack 1
    20 state SYN_RCVD
  `,
} satisfies Record<string, string>;

/** The same, with the acknowledgement of the first segments delayed like all others. */
export const delayedAckTimelines = {
  'an acknowledgement is delayed, for less than 0.5 s': `${HANDSHAKE}
    20 peer PA 1 len 10
    20 event received 10
    50+100 stack A 1 ack 11
  `,

  'every second segment is acknowledged at once': `${HANDSHAKE}
    20 peer A 1 len 1000
    20 event received 1000
    21 peer A 1001 len 1000
    21 event received 1000
    21 stack A 1 ack 2001
  `,

  'an acknowledgement rides on data': `${HANDSHAKE}
    20 peer PA 1 len 10
    20 event received 10
    25 call write 5
    25 stack PA 1 len 5 ack 11
  `,
} satisfies Record<string, string>;
