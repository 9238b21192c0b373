import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ipv4ToNumber } from '../verdict/frame.ts';
import { endKey } from '../verdict/matcher.ts';
import { parseLastAck } from './last-ack.ts';
import { SockDiag } from './sock-diag.ts';

test('finds the local ends in LAST_ACK towards the server, and no others', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0164A8C0:A29A 6364A8C0:0050 09 00000000:00000001 01:00000014 00000003     0        0 0 3
   1: 0164A8C0:A29B 6364A8C0:0050 01 00000000:00000000 00:00000000 00000000     0        0 0 1
   2: 0164A8C0:A29C 6364A8C0:1F90 09 00000000:00000001 01:00000014 00000003     0        0 0 3`;
  expect(parseLastAck(table, { address: '192.168.100.99', port: 80 })).toEqual([
    endKey(ipv4ToNumber('192.168.100.1'), 0xa29a),
  ]);
});

/** net/tcp_states.h */
const ESTABLISHED = 1;

test.skipIf(process.platform !== 'linux')(
  'the kernel lists the sockets in a state, with both ends and what went over them',
  async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connect(port, '127.0.0.1');
    const [socket] = await accepted;
    client.write('four');
    await once(socket, 'data');
    socket.write('and back');
    await once(client, 'data');
    const diag = new SockDiag();
    const sockets = await diag.inState(ESTABLISHED);
    await diag.close();
    const { localPort } = client;
    client.destroy();
    server.close();
    const loopback = ipv4ToNumber('127.0.0.1');
    const found = sockets.find((one) => one.localPort === localPort && one.remotePort === port);
    expect(found).toMatchObject({ localAddress: loopback, remoteAddress: loopback, ackedBytes: 1 + 'four'.length });
    expect(found?.silentMs).toBeLessThan(5000);
  },
);
