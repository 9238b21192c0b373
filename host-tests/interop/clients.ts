/** A program that somebody else wrote, run once, small, against the board. */
export interface Client {
  program: string;
  args: readonly string[];
  /** What it proves about the board. */
  about: string;
  /** Finds what is wrong with its output (stdout and stderr); undefined when all is well. */
  judge: (output: string, exitCode: number) => string | undefined;
}

/** The clients in the order in which they run; the last ones leave traces on the board that need time to go. */
export function interopClients(host: string): Client[] {
  const url = `http://${host}/`;
  return [
    {
      program: 'curl',
      args: ['-sS', '-w', '\n%{http_code}', '--compressed', url],
      about: 'gets the page, which is HTML behind its compression',
      judge: (output) =>
        expectAll(output, [/<html/i, /\n200$/]) ?? (output.length > 500 ? undefined : 'the page is too short'),
    },
    {
      program: 'curl',
      args: ['-sS', '-I', url],
      about: 'gets the headers without a body',
      judge: (output) => expectAll(output, [/^HTTP\/1\.1 200/, /content-length: \d+/i]),
    },
    {
      program: 'ab',
      args: ['-q', '-n', '4', '-c', '1', url],
      about: 'waits for the server to close',
      judge: (output) => expectAll(output, [/Complete requests:\s+4\b/, /Failed requests:\s+0\b/]),
    },
    {
      program: 'wrk',
      args: ['-t1', '-c2', '-d1s', '-H', 'Connection: close', url],
      about: 'opens a connection for each request',
      judge: (output) => expectAll(output, [/\b[1-9]\d* requests in/]) ?? refuse(output, [/Socket errors/, /Non-2xx/]),
    },
    {
      program: 'h2load',
      args: ['--h1', '-n', '20', '-c', '2', url],
      about: 'keeps its connections',
      judge: (output) => expectAll(output, [/20 succeeded, 0 failed, 0 errored/]),
    },
    {
      program: 'siege',
      args: ['-b', '-c', '2', '-r', '5', '--no-parser', url],
      about: 'imitates browsers',
      judge: (output) => expectAll(output, [/"?failed_transactions"?:\s+0\b/i, /successful_transactions"?:\s+10\b/i]),
    },
    {
      program: 'hping3',
      args: ['-n', '-S', '-p', '80', '-c', '5', '-i', 'u20000', host],
      about: 'gets a SYN-ACK for a SYN and resets it',
      judge: (output) =>
        expectAll(output, [/5 packets transmitted, 5 packets received/]) ?? expectAll(output, [/flags=SA/]),
    },
    {
      program: 'nmap',
      args: ['-Pn', '-n', '-sS', '-p', '79-81', host],
      about: 'finds one open port and an Espressif chip',
      judge: (output) => expectAll(output, [/79\/tcp closed/, /80\/tcp open/, /81\/tcp closed/, /Espressif/]),
    },
    {
      program: 'slowhttptest',
      args: ['-H', '-c', '10', '-r', '5', '-i', '1', '-l', '3', '-u', url],
      about: 'sends its header a line a second, on twice as many connections as there are',
      judge: (output) => expectAll(output, [/Hit test time limit|No open connections left/]),
    },
    {
      program: 'hping3',
      args: ['-n', '-q', '-S', '-p', '80', '-c', '100', '-i', 'u1000', '--rand-source', host],
      about: 'floods with SYNs from addresses that do not exist',
      judge: (output) => expectAll(output, [/100 packets transmitted/]),
    },
    {
      program: 'curl',
      args: ['-sS', '-I', '--retry', '12', '--retry-delay', '2', '--retry-all-errors', '-m', '5', url],
      about: 'is served again after the flood',
      judge: (output) => expectAll(output, [/HTTP\/1\.1 200/]),
    },
  ];
}

function expectAll(output: string, patterns: readonly RegExp[]): string | undefined {
  const missing = patterns.find((pattern) => !pattern.test(output));
  return missing && `no ${missing.source} in its output`;
}

function refuse(output: string, patterns: readonly RegExp[]): string | undefined {
  const found = patterns.find((pattern) => pattern.test(output));
  return found && `${found.source} in its output`;
}
