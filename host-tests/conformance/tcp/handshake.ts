/** What most time lines begin with: a connection from the peer, window 4096, MSS 1000. */
export const HANDSHAKE = `
  0  call listen
  0  peer S 0 win 4096 mss 1000
  0  stack SA 0 ack 1 mss 1460
  0  state SYN_RCVD
  10 peer A 1 ack 1
  10 state ESTABLISHED
  10 event connected
`;
